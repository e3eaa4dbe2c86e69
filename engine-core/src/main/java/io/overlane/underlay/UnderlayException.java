// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An underlay could not be opened. The message is one line with address and port, the reason, and what to do where that
 * is known. Nothing is left open.
 */
public final class UnderlayException extends IOException
{
    private static final long serialVersionUID = 1L;

    /**
     * @param message one line.
     * @param cause   the exception of the system; null if there is none.
     */
    public UnderlayException(final String message, final @Nullable Throwable cause)
    {
        super(message, cause);
    }
}
