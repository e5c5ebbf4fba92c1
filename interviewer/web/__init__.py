"""The pages. The only user of gradio and fastapi."""

import os

# Read by gradio when it is imported, so it has to stand before the first import of any page.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
