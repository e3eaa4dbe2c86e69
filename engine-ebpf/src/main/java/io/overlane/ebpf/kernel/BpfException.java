// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf.kernel;

import io.overlane.tun.libc.LibC;
import io.overlane.tun.libc.Linux;
import java.io.IOException;

/** The kernel refused a map, a program or a link. The first line of the message is for the operator. */
public final class BpfException extends IOException
{
    private static final long serialVersionUID = 1L;

    /** Kinds of failures, for callers that react to them. */
    public enum Reason
    {
        /** The kernel is too old or was built without BPF. */
        NOT_SUPPORTED,

        /** The process lacks a capability. */
        NOT_PERMITTED,

        /** The verifier found a fault in a program; the message has its log. */
        REFUSED,

        /** Another failure; the message has the kernel's error. */
        FAILED
    }

    private final Reason reason;

    BpfException(final Reason reason, final String message)
    {
        super(message);
        this.reason = reason;
    }

    /** @param failure what failed, as a sentence without its end. */
    static BpfException of(final int errno, final String failure)
    {
        return switch (errno)
        {
            case Linux.EPERM, Linux.EACCES -> new BpfException(Reason.NOT_PERMITTED, failure + ": " +
                LibC.describe(errno) + "; the process needs the capabilities CAP_BPF and CAP_NET_ADMIN of the host, " +
                "and root in a user namespace does not have them");
            case Linux.ENOSYS -> new BpfException(Reason.NOT_SUPPORTED,
                failure + ": the kernel was built without bpf(2) (CONFIG_BPF_SYSCALL)");
            default -> new BpfException(Reason.FAILED, failure + ": " + LibC.describe(errno));
        };
    }

    /** @return the kind of failure. */
    public Reason reason()
    {
        return reason;
    }
}
