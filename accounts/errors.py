"""What the hall refuses: AccountError > SetUpRefused."""


class AccountError(Exception):
    """Carries one sentence for whoever asked."""


class SetUpRefused(AccountError):
    """An owner exists, or the details are not acceptable."""
