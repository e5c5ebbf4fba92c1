"""What a faulty model server can do to a whole interview, through `Room`."""
