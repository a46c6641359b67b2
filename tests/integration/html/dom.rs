//! A page as a browser's parser sees it.

use std::collections::BTreeMap;
use std::rc::Rc;

use html5ever::tendril::TendrilSink as _;
use markup5ever_rcdom::{Node, NodeData, RcDom};

/// An element as it stands on the page.
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: BTreeMap<String, String>,
    parent: Option<Rc<Self>>,
    node: Rc<Node>,
    /// Whose nodes lose their children when it goes.
    _page: Rc<RcDom>,
}

impl Element {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    pub(crate) fn has_class(&self, class: &str) -> bool {
        self.attribute("class").is_some_and(|classes| classes.split(' ').any(|one| one == class))
    }

    /// The elements around it, the innermost first.
    pub(crate) fn around(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(self.parent.as_deref(), |element| element.parent.as_deref())
    }

    /// The attribute of the nearest element around it that has one.
    pub(crate) fn inherited(&self, name: &str) -> Option<&str> {
        self.around().find_map(|element| element.attribute(name))
    }

    pub(crate) fn is_within_class(&self, class: &str) -> bool {
        self.around().any(|element| element.has_class(class))
    }

    /// All text in it.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        let mut ahead = vec![self.node.clone()];
        while let Some(node) = ahead.pop() {
            if let NodeData::Text { contents } = &node.data {
                text.push_str(&contents.borrow());
            }
            ahead.extend(node.children.borrow().iter().rev().cloned());
        }
        text
    }
}

/// Every element in the page's order. The parser must have nothing to complain about, and there are no comments.
pub(crate) fn elements(page: &str) -> Vec<Rc<Element>> {
    let dom = Rc::new(html5ever::parse_document(RcDom::default(), html5ever::ParseOpts::default()).one(page));
    assert!(dom.errors.borrow().is_empty(), "{:?}", dom.errors.borrow());
    let mut found: Vec<Rc<Element>> = Vec::new();
    let mut ahead: Vec<(Rc<Node>, Option<Rc<Element>>)> = vec![(dom.document.clone(), None)];
    while let Some((node, mut parent)) = ahead.pop() {
        match &node.data {
            NodeData::Element { name, attrs, .. } => {
                let attributes = attrs.borrow();
                let attributes = attributes.iter().map(|one| (one.name.local.to_string(), one.value.to_string()));
                let element = Rc::new(Element {
                    name: name.local.to_string(),
                    attributes: attributes.collect(),
                    parent,
                    node: node.clone(),
                    _page: dom.clone(),
                });
                found.push(element.clone());
                parent = Some(element);
            }
            NodeData::Comment { contents } => panic!("a comment: {contents}"),
            NodeData::ProcessingInstruction { .. } => panic!("a processing instruction"),
            NodeData::Document | NodeData::Doctype { .. } | NodeData::Text { .. } => {}
        }
        ahead.extend(node.children.borrow().iter().rev().map(|child| (child.clone(), parent.clone())));
    }
    found
}
