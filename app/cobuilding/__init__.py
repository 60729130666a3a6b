"""What districts built around the flow: lists, agreements, meetings, relief, posts; one package for each."""
