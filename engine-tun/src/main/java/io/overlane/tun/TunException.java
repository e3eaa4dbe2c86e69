// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import io.overlane.tun.libc.LibC;
import io.overlane.tun.libc.Linux;
import java.io.IOException;

/** A device could not be had or changed. The message is one line for the person who asked for it. */
public final class TunException extends IOException
{
    private static final long serialVersionUID = 1L;

    /** What kind of thing is wrong, for those who want to react to it. */
    public enum Reason
    {
        /** The kernel has no TUN driver, or this container no {@code /dev/net/tun}. */
        NO_DRIVER,

        /** CAP_NET_ADMIN, or the right to open {@code /dev/net/tun}, is missing. */
        NOT_PERMITTED,

        /** An interface of that name exists and cannot be used as asked. */
        NAME_TAKEN,

        /** No interface of that name exists, or a descriptor is not a device. */
        NO_SUCH_DEVICE,

        /** Anything else; the message has the kernel's word for it. */
        FAILED
    }

    private final Reason reason;

    TunException(final Reason reason, final String message)
    {
        super(message);
        this.reason = reason;
    }

    /**
     * @param message what could not be done; the kernel's word for why is added.
     * @return to throw.
     */
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

    /** @return what kind of thing is wrong. */
    public Reason reason()
    {
        return reason;
    }
}
