// SPDX-License-Identifier: Apache-2.0
package io.overlane.fastpath;

import java.io.Serial;

/** An engine is not launched, because the fast path that it must have cannot be opened. The message is one line. */
public final class FastPathException extends IllegalArgumentException
{
    @Serial
    private static final long serialVersionUID = 1;

    /** @param cause of {@link FastPath#open}. */
    public FastPathException(final IllegalArgumentException cause)
    {
        super(String.valueOf(cause.getMessage()).lines().findFirst().orElse("no fast path"), cause);
    }
}
