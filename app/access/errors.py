"""What signing in can refuse."""

from app.kit.errors import AppError, Text, TokenInvalid


class WrongPassword(AppError):
    status, code = 401, "wrong_password"
    title = Text("用户名或密码不正确", "Wrong username or password")
    keeps_writes = True  # the failure counts


class TooManyAttempts(AppError):
    status, code = 429, "too_many_attempts"
    title = Text("尝试次数过多，请稍后再试", "Too many attempts, please wait")


class RefreshReused(TokenInvalid):
    """A refresh token came a second time, long after the first: whoever holds it is signed out."""

    keeps_writes = True  # the revocation stands
