// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.json;

import io.overlane.address.Printable;

/** A text is not JSON, or a member has the wrong type. The message is one line and names the member. */
public final class JsonException extends IllegalArgumentException
{
    private static final long serialVersionUID = 1L;

    JsonException(final String message, final Throwable cause)
    {
        super(Printable.line(message), cause);
    }

    JsonException(final String message)
    {
        super(Printable.line(message));
    }
}
