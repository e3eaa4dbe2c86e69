// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import io.overlane.tun.libc.LibC;
import io.overlane.tun.libc.Linux;
import java.io.IOException;

/** A device could not be opened or changed. The message is one line for the operator. */
public final class TunException extends IOException
{
    private static final long serialVersionUID = 1L;

    /** Kinds of failures, for callers that react to them. */
    public enum Reason
    {
        /** The kernel has no TUN driver, or this container has no {@code /dev/net/tun}. */
        NO_DRIVER,

        /** CAP_NET_ADMIN or the permission to open {@code /dev/net/tun} is missing. */
        NOT_PERMITTED,

        /** An interface with this name exists and cannot be used in the requested way. */
        NAME_TAKEN,

        /** No interface has this name, or a descriptor is not a device's. */
        NO_SUCH_DEVICE,

        /** Another failure; the message has the kernel's error. */
        FAILED
    }

    private final Reason reason;

    TunException(final Reason reason, final String message)
    {
        super(message);
        this.reason = reason;
    }

    /** @param message what failed; the kernel's error is appended. */
    static TunException of(final int errno, final String message)
    {
        final Reason reason = switch (errno)
        {
            case Linux.EPERM, Linux.EACCES -> Reason.NOT_PERMITTED;
            case Linux.ENODEV -> Reason.NO_SUCH_DEVICE;
            default -> Reason.FAILED;
        };
        return new TunException(reason, message + ": " + LibC.describe(errno));
    }

    public Reason reason()
    {
        return reason;
    }
}
