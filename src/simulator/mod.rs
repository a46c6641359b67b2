//! A Google Workspace of our own, behind the same endpoints, to try everything on.
