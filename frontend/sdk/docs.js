// The examples of the developer documentation.
