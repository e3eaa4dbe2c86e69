// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin;

import org.jspecify.annotations.Nullable;

/** A request that is refused; the message is one line for the operator. */
public final class AdminException extends Exception
{
    private static final long serialVersionUID = 1L;

    private final AdminStatus status;

    private AdminException(final AdminStatus status, final String message, final @Nullable Throwable cause)
    {
        super(message, cause);
        this.status = status;
    }

    /**
     * @param message why a valid request cannot be carried out.
     * @return the exception to throw.
     */
    public static AdminException refused(final String message)
    {
        return new AdminException(AdminStatus.REFUSED, message, null);
    }

    /**
     * @param message what is wrong with the request.
     * @return the exception to throw.
     */
    public static AdminException usage(final String message)
    {
        return new AdminException(AdminStatus.USAGE, message, null);
    }

    /**
     * @param ex whose message says what is wrong with the request.
     * @return the exception to throw.
     */
    public static AdminException usage(final IllegalArgumentException ex)
    {
        return new AdminException(AdminStatus.USAGE, String.valueOf(ex.getMessage()), ex);
    }

    /** @return {@link AdminStatus#REFUSED} or {@link AdminStatus#USAGE}. */
    public AdminStatus status()
    {
        return status;
    }
}
