// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import io.overlane.frame.Frame;
import io.overlane.offload.SuperFramePieces;
import io.overlane.status.DropReason;
import io.overlane.tun.libc.ErrnoReporter;
import io.overlane.tun.libc.Linux;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Tracks which kinds of super-frames a device accepts. A super-frame that the device refuses is written in pieces, and
 * its kind is not offered again. Some kernels agree to an offload and then refuse the write (tailscale#13041,
 * gluetun#3424).
 */
final class SuperFrames
{
    private static final int[] KINDS = {Frame.GSO_TCPV4, Frame.GSO_TCPV6, Frame.GSO_UDP_L4};

    private final TunOffload offload;
    private final boolean isEthernet;
    private final ErrnoReporter errors;

    /** A bit for each GSO type that the device has refused; written under this object's lock. */
    private volatile int refused;

    /** Made at the first refusal, as refusals are rare; used under this object's lock. */
    private @Nullable SuperFramePieces pieces;

    /** Writes one ordinary frame. */
    interface Writer
    {
        /** @return {@link DropReason#NONE} if it was written. */
        DropReason write(Frame frame);
    }

    SuperFrames(final TunOffload offload, final boolean isEthernet, final ErrnoReporter errors)
    {
        this.offload = offload;
        this.isEthernet = isEthernet;
        this.errors = errors;
    }

    /** Whether the device takes super-frames of a type. */
    boolean taken(final int gsoType)
    {
        return offload.takes(gsoType) && !refuses(gsoType);
    }

    /**
     * The device refused this super-frame (EINVAL). If its metadata is correct, the device refuses the whole kind. Any
     * thread.
     *
     * @return {@link DropReason#NONE} if all pieces were written, {@link DropReason#BAD_OFFLOAD} if it cannot be cut,
     *         else the verdict on the first piece that was refused.
     */
    synchronized DropReason onRefused(final Frame frame, final Writer writer)
    {
        if (pieces == null)
        {
            pieces = new SuperFramePieces();
        }
        DropReason verdict = pieces.open(frame, isEthernet);
        if (verdict == DropReason.NONE)
        {
            refuse(frame.gsoType() & ~Frame.GSO_ECN);
        }
        for (Frame piece = pieces.next(); piece != null && verdict == DropReason.NONE; piece = pieces.next())
        {
            verdict = writer.write(piece);
        }
        return verdict;
    }

    @Override
    public String toString()
    {
        if (offload == TunOffload.NONE)
        {
            return "no offload";
        }
        final StringBuilder taken = new StringBuilder("checksum");
        final StringJoiner without = new StringJoiner(", ", " (", " refused)").setEmptyValue("");
        for (final int gsoType : KINDS)
        {
            if (taken(gsoType))
            {
                taken.append(", ").append(name(gsoType));
            }
            else if (offload.takes(gsoType))
            {
                without.add(name(gsoType));
            }
        }
        return taken + " offload" + without;
    }

    private static String name(final int gsoType)
    {
        return switch (gsoType)
        {
            case Frame.GSO_TCPV4 -> "TCPv4";
            case Frame.GSO_TCPV6 -> "TCPv6";
            default -> "UDP";
        };
    }

    private boolean refuses(final int gsoType)
    {
        return (refused & 1 << gsoType) != 0;
    }

    private void refuse(final int gsoType)
    {
        if (!refuses(gsoType))
        {
            errors.reportAlways(
                "write a " + name(gsoType) + " super-frame, so it is written in pieces from now on", Linux.EINVAL);
        }
        refused |= 1 << gsoType;
    }
}
