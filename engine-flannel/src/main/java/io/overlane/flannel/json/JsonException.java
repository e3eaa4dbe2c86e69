package io.overlane.flannel.json;

/** A text is not JSON, or a member not of the type its reader needs; the message is one line and names the member. */
public final class JsonException extends IllegalArgumentException
{
    private static final long serialVersionUID = 1L;

    JsonException(final String message, final Throwable cause)
    {
        super(message, cause);
    }

    JsonException(final String message)
    {
        super(message);
    }
}
