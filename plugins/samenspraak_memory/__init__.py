"""The reference connector: a family app that keeps records, reached with JSON over HTTP."""
