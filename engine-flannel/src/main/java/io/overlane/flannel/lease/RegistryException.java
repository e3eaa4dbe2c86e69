// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.lease;

import io.overlane.address.Printable;

/** The registry did not do as asked; the message is one line that names the endpoint, the call or the lease. */
public final class RegistryException extends RuntimeException
{
    private static final long serialVersionUID = 1L;

    /** What to make of it. */
    public enum Kind
    {
        /** No endpoint answered, or not in time. Trying again may help. */
        UNREACHABLE,

        /** The registry refused: credentials, permissions, certificates. Trying again will not help. */
        REFUSED,

        /** The key is not there (yet). */
        NOT_FOUND,

        /** Somebody else was faster, or holds it now. */
        CONFLICT,

        /** The history that was asked for is gone; start again from a snapshot. */
        COMPACTED,

        /** Every subnet is taken. */
        EXHAUSTED,

        /** What the registry holds or answered makes no sense. */
        MALFORMED
    }

    private final Kind kind;

    /**
     * @param kind    what to make of it.
     * @param message one line; what others wrote in it is made harmless.
     */
    public RegistryException(final Kind kind, final String message)
    {
        super(Printable.line(message));
        this.kind = kind;
    }

    /**
     * @param kind    what to make of it.
     * @param message one line; what others wrote in it is made harmless.
     * @param cause   what was behind it.
     */
    public RegistryException(final Kind kind, final String message, final Throwable cause)
    {
        super(Printable.line(message), cause);
        this.kind = kind;
    }

    /** @return what to make of it. */
    public Kind kind()
    {
        return kind;
    }
}
