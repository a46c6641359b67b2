//! A page as a browser's parser sees it.

use std::collections::BTreeMap;
use std::rc::Rc;

use html5ever::tendril::TendrilSink as _;
use markup5ever_rcdom::{Node, NodeData, RcDom};

/// An element with what stands before it in the page's order forgotten: its name, attributes and place.
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: BTreeMap<String, String>,
    node: Rc<Node>,
    /// Names of the elements around it with their attributes, the innermost last.
    pub(crate) around: Vec<(String, BTreeMap<String, String>)>,
}

impl Element {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    pub(crate) fn has_class(&self, class: &str) -> bool {
        has_class(&self.attributes, class)
    }

    /// The attribute of the nearest element around it that has one.
    pub(crate) fn inherited(&self, name: &str) -> Option<&str> {
        self.around.iter().rev().find_map(|(_, attributes)| attributes.get(name)).map(String::as_str)
    }

    pub(crate) fn is_within_class(&self, class: &str) -> bool {
        self.around.iter().any(|(_, attributes)| has_class(attributes, class))
    }

    /// All text in it.
    pub(crate) fn text(&self) -> String {
        text_of(&self.node)
    }
}

fn has_class(attributes: &BTreeMap<String, String>, class: &str) -> bool {
    attributes.get("class").is_some_and(|classes| classes.split(' ').any(|one| one == class))
}

fn text_of(node: &Rc<Node>) -> String {
    let mut text = String::new();
    let mut ahead = vec![node.clone()];
    while let Some(node) = ahead.pop() {
        if let NodeData::Text { contents } = &node.data {
            text.push_str(&contents.borrow());
        }
        ahead.extend(node.children.borrow().iter().rev().cloned());
    }
    text
}

/// Every element in the page's order. The parser must have nothing to complain about, and there are no comments.
pub(crate) fn elements(page: &str) -> Vec<Element> {
    let dom = html5ever::parse_document(RcDom::default(), html5ever::ParseOpts::default()).one(page);
    let faults = dom.errors.borrow();
    assert!(faults.is_empty(), "{faults:?}");
    let mut found = Vec::new();
    let mut ahead: Vec<(Rc<Node>, Vec<(String, BTreeMap<String, String>)>)> = vec![(dom.document.clone(), Vec::new())];
    while let Some((node, mut around)) = ahead.pop() {
        match &node.data {
            NodeData::Element { name, attrs, .. } => {
                let attributes: BTreeMap<String, String> = attrs
                    .borrow()
                    .iter()
                    .map(|attribute| (attribute.name.local.to_string(), attribute.value.to_string()))
                    .collect();
                let name = name.local.to_string();
                found.push(Element {
                    name: name.clone(),
                    attributes: attributes.clone(),
                    node: node.clone(),
                    around: around.clone(),
                });
                around.push((name, attributes));
            }
            NodeData::Comment { contents } => panic!("a comment: {contents}"),
            NodeData::ProcessingInstruction { .. } => panic!("a processing instruction"),
            NodeData::Document | NodeData::Doctype { .. } | NodeData::Text { .. } => {}
        }
        ahead.extend(node.children.borrow().iter().rev().map(|child| (child.clone(), around.clone())));
    }
    found
}
