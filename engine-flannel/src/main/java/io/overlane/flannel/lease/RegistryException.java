// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.lease;

import io.overlane.address.Printable;

/** A call of the registry failed. The message is one line that names the endpoint, the call or the lease. */
public final class RegistryException extends RuntimeException
{
    private static final long serialVersionUID = 1L;

    /** What a caller can do about it. */
    public enum Kind
    {
        /** No endpoint answered, or not in time. Trying again may help. */
        UNREACHABLE,

        /** The registry refused: credentials, permissions, certificates. Trying again will not help. */
        REFUSED,

        /** The key does not exist (yet). */
        NOT_FOUND,

        /** Another node was faster, or holds the key now. */
        CONFLICT,

        /** The registry has another network configuration than the caller's. Start again with that one. */
        RECONFIGURED,

        /** The requested revisions were discarded; start again from a snapshot. */
        COMPACTED,

        /** Every subnet is taken. */
        EXHAUSTED,

        /** What the registry holds or answered cannot be parsed, or contradicts itself. */
        MALFORMED
    }

    private final Kind kind;

    /** @param message one line; control characters in it are replaced. */
    public RegistryException(final Kind kind, final String message)
    {
        super(Printable.line(message));
        this.kind = kind;
    }

    /** @param message one line; control characters in it are replaced. */
    public RegistryException(final Kind kind, final String message, final Throwable cause)
    {
        super(Printable.line(message), cause);
        this.kind = kind;
    }

    public Kind kind()
    {
        return kind;
    }
}
