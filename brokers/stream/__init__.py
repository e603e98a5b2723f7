"""The stream, behind its doors in brokers.consumers: speech in, frames out; the feed and the order desk bring the news."""
