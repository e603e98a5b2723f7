"""The embedded exchange: its clock, its market, its rules, its ledger."""
