// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.overlane.status.DropReason;
import io.overlane.wire.VxlanHeader;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.IntPredicate;

/**
 * Makes a {@link VxlanFrame} of each {@link DatagramPacket} from a channel that is bound to a VXLAN port. No byte is
 * copied: the frame is the packet's own buffer behind the header. Other messages pass.
 *
 * <p>Datagrams are checked as the kernel checks them ({@code vxlan_rcv}): length, I flag, VNI, reserved bits, inner
 * Ethernet header, and whether an inner IP header is complete. A datagram that fails is dropped and counted; no
 * exception goes through the pipeline. Addresses are not learned, and VLAN tags and congestion marks are left alone.
 *
 * <p>The next handler gets a {@code VxlanFrame} and releases it, as it does with every message; a {@code
 * SimpleChannelInboundHandler<VxlanFrame>} releases by itself. A handler that expects a {@link ByteBuf}, such as one
 * that was made for a {@link TapChannel}, does not match a {@code VxlanFrame}: in front of it, a handler passes on
 * {@link VxlanFrame#content()}, and with it the reference. The VNI and the remote are not in the {@code ByteBuf}.
 *
 * <p>For one channel. {@link #dropped} may be called on any thread.
 */
public final class VxlanFrameDecoder extends ChannelInboundHandlerAdapter
{
    private static final int ETHERNET = 14;
    private static final int ETHER_TYPE = 12;
    private static final int IPV4 = 0x0800;
    private static final int IPV4_LENGTH = 20;
    private static final int IPV6 = 0x86DD;
    private static final int IPV6_LENGTH = 40;

    private final IntPredicate knownVni;
    private final long reservedBits;
    private final AtomicLongArray drops = new AtomicLongArray(DropReason.count());

    /** Accepts each VNI, and no reserved bit, as the kernel's device does by default. */
    public VxlanFrameDecoder()
    {
        this(vni -> true, VxlanHeader.RESERVED_MASK);
    }

    /**
     * @param knownVni     true for the segments here; frames of others are dropped. Event loop.
     * @param reservedBits bits of {@link VxlanHeader#word()} that must be zero; 0 ignores them all (RFC 7348 §5).
     */
    public VxlanFrameDecoder(final IntPredicate knownVni, final long reservedBits)
    {
        this.knownVni = knownVni;
        this.reservedBits = reservedBits;
    }

    @Override
    public void channelRead(final ChannelHandlerContext context, final Object message)
    {
        if (!(message instanceof DatagramPacket packet))
        {
            context.fireChannelRead(message);
            return;
        }
        final ByteBuf bytes = packet.content();
        final DropReason reason = check(bytes);
        if (reason != DropReason.NONE)
        {
            drops.lazySet(reason.ordinal(), drops.get(reason.ordinal()) + 1);
            packet.release();
            return;
        }
        final int vni = VxlanHeader.vni(bytes.getLong(bytes.readerIndex()));
        // The frame takes over the packet's reference.
        context.fireChannelRead(new VxlanFrame(vni, packet.sender(), bytes.skipBytes(VxlanHeader.LENGTH)));
    }

    /**
     * @param reason of a drop.
     * @return datagrams dropped for it.
     */
    public long dropped(final DropReason reason)
    {
        return drops.get(reason.ordinal());
    }

    private DropReason check(final ByteBuf bytes)
    {
        final int length = bytes.readableBytes();
        if (length < VxlanHeader.LENGTH)
        {
            return DropReason.SHORT_HEADER;
        }
        final int start = bytes.readerIndex();
        final long word = bytes.getLong(start);
        if (!VxlanHeader.hasVni(word))
        {
            return DropReason.NO_I_FLAG;
        }
        if (!knownVni.test(VxlanHeader.vni(word)))
        {
            return DropReason.UNKNOWN_VNI;
        }
        if ((word & reservedBits) != 0)
        {
            return DropReason.RESERVED_BITS;
        }
        final int room = length - VxlanHeader.LENGTH - ETHERNET;
        if (room < 0)
        {
            return DropReason.INNER_TOO_SHORT;
        }
        return switch (bytes.getUnsignedShort(start + VxlanHeader.LENGTH + ETHER_TYPE))
        {
            case IPV4 -> room < IPV4_LENGTH ? DropReason.INNER_IP_TRUNCATED : DropReason.NONE;
            case IPV6 -> room < IPV6_LENGTH ? DropReason.INNER_IP_TRUNCATED : DropReason.NONE;
            default -> DropReason.NONE;
        };
    }
}
