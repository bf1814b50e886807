"""COM and OLE automation."""
