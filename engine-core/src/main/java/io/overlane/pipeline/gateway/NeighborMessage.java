// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.gateway;

import io.overlane.address.IpAddress;
import io.overlane.frame.Frame;
import io.overlane.memory.MemoryBuffer;
import io.overlane.parse.Layer3;
import io.overlane.status.DropReason;
import io.overlane.wire.ArpHeader;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.IpProtocol;
import io.overlane.wire.Ipv6Header;
import io.overlane.wire.NdMessage;
import org.agrona.MutableDirectBuffer;

/**
 * Reads ARP messages (RFC 826) and neighbour solicitations and advertisements (RFC 4861) in Ethernet frames without
 * VLAN tags, and writes the answers. One thread.
 */
public final class NeighborMessage
{
    /** {@link #parse} found no such message, or one that is malformed. */
    public static final int NONE = 0;

    /** It asks for the MAC of the target. */
    public static final int REQUEST = 1;

    /** It says which MAC the sender has: a reply, an advertisement or an announcement. */
    public static final int ANSWER = 2;

    /** {@link #senderMac()} of a message without one. */
    public static final long NO_MAC = -1;

    /** Bytes of the longest answer. */
    public static final int MAX_ANSWER_LENGTH =
        EthernetHeader.LENGTH + Ipv6Header.LENGTH + NdMessage.LENGTH_WITH_LINK_LAYER;

    private static final int ND_HOP_LIMIT = 255;

    /** Index of the IPv6 header's field in a frame without tags. */
    private static final int NEXT_HEADER = EthernetHeader.LENGTH + Ipv6Header.NEXT_HEADER_OFFSET;

    /** ff02::1, the destination of an answer to an asker that has no address yet (RFC 4861 §7.2.4). */
    private static final long ALL_NODES_HIGH = 0xFF02_0000_0000_0000L;
    private static final long ALL_NODES_MAC = 0x3333_0000_0001L;

    private final EthernetHeader ethernet = new EthernetHeader();
    private final ArpHeader arp = new ArpHeader();
    private final Ipv6Header ipv6 = new Ipv6Header();
    private final NdMessage nd = new NdMessage();

    private MutableDirectBuffer buffer = new MemoryBuffer();
    private boolean isArp;
    private long etherSource;
    private long senderMac;
    private long senderHigh;
    private long senderLow;
    private long targetHigh;
    private long targetLow;

    /**
     * Whether {@link #parse} may find a message, quickly: false for nearly all other frames.
     *
     * @param frame  an Ethernet frame.
     * @param layer3 the frame's {@link Layer3}.
     */
    static boolean isPossible(final Frame frame, final int layer3)
    {
        final int type = Layer3.etherType(layer3);
        return type == EtherType.ARP || type == EtherType.IPV6 && frame.length() > NEXT_HEADER &&
            frame.buffer().getByte(frame.offset() + NEXT_HEADER) == IpProtocol.ICMPV6;
    }

    /**
     * @param frame  an Ethernet frame.
     * @param layer3 the frame's {@link Layer3}.
     * @return {@link #REQUEST}, {@link #ANSWER} or {@link #NONE}.
     */
    public int parse(final Frame frame, final int layer3)
    {
        if (Layer3.offset(layer3) != EthernetHeader.LENGTH)
        {
            return NONE;
        }
        buffer = frame.buffer();
        final int l3Offset = frame.offset() + EthernetHeader.LENGTH;
        final int l3Length = frame.length() - EthernetHeader.LENGTH;
        etherSource = ethernet.wrap(buffer, frame.offset(), frame.length()).source();
        return switch (Layer3.etherType(layer3))
        {
            case EtherType.ARP -> parseArp(l3Offset, l3Length);
            case EtherType.IPV6 -> parseNd(l3Offset, l3Length);
            default -> NONE;
        };
    }

    private int parseArp(final int l3Offset, final int l3Length)
    {
        isArp = true;
        if (arp.wrap(buffer, l3Offset, l3Length).check() != DropReason.NONE)
        {
            return NONE;
        }
        senderMac = arp.senderMac();
        senderHigh = 0;
        senderLow = arp.senderIp() == 0 ? 0 : IpAddress.v4Low(arp.senderIp());
        targetHigh = 0;
        targetLow = IpAddress.v4Low(arp.targetIp());
        return switch (arp.operation())
        {
            case ArpHeader.REQUEST -> arp.senderIp() == arp.targetIp() ? ANSWER : REQUEST;
            case ArpHeader.REPLY -> ANSWER;
            default -> NONE;
        };
    }

    private int parseNd(final int l3Offset, final int l3Length)
    {
        isArp = false;
        if (l3Length < Ipv6Header.LENGTH + NdMessage.LENGTH ||
            ipv6.wrap(buffer, l3Offset, l3Length).check() != DropReason.NONE ||
            ipv6.nextHeader() != IpProtocol.ICMPV6 || ipv6.hopLimit() != ND_HOP_LIMIT ||
            ipv6.payloadLength() < NdMessage.LENGTH)
        {
            return NONE;
        }
        nd.wrap(buffer, l3Offset + Ipv6Header.LENGTH, ipv6.payloadLength());
        if (nd.check() != DropReason.NONE)
        {
            return NONE;
        }
        targetHigh = nd.targetHigh();
        targetLow = nd.targetLow();
        if (nd.type() == NdMessage.SOLICITATION)
        {
            senderHigh = ipv6.sourceHigh();
            senderLow = ipv6.sourceLow();
            senderMac = nd.linkLayerAddress() == NdMessage.MISSING ? NO_MAC : nd.linkLayerAddress();
            return REQUEST;
        }
        senderHigh = targetHigh;
        senderLow = targetLow;
        senderMac = nd.linkLayerAddress() == NdMessage.MISSING ? etherSource : nd.linkLayerAddress();
        return ANSWER;
    }

    /** Whether the checksum of the message is right; ARP has none. */
    public boolean isChecksumValid()
    {
        return isArp || nd.isChecksumValid(ipv6);
    }

    /** True for ARP, false for neighbour discovery. */
    public boolean isArp()
    {
        return isArp;
    }

    /** Bytes of an IPv6 message from its ICMPv6 type on. */
    public int ndLength()
    {
        return ipv6.payloadLength();
    }

    /** MAC of the sender as the message says, or {@link #NO_MAC}. */
    public long senderMac()
    {
        return senderMac;
    }

    /** MAC that the frame came from. */
    public long etherSource()
    {
        return etherSource;
    }

    /** First word of the sender's address; both words are 0 if it has none yet. */
    public long senderHigh()
    {
        return senderHigh;
    }

    /** Second word of the sender's address. */
    public long senderLow()
    {
        return senderLow;
    }

    /** First word of the address that the message is about. */
    public long targetHigh()
    {
        return targetHigh;
    }

    /** Second word of the address that the message is about. */
    public long targetLow()
    {
        return targetLow;
    }

    /**
     * Write the answer to the {@link #REQUEST} that was parsed last.
     *
     * @param to       memory of {@link #MAX_ANSWER_LENGTH} bytes; may be that of the request.
     * @param offset   where the answer begins.
     * @param mac      that has the target.
     * @param isRouter whether its advertisement says that it is a router.
     * @return bytes of the answer.
     */
    public int answer(final MutableDirectBuffer to, final int offset, final long mac, final boolean isRouter)
    {
        return isArp ? answerArp(to, offset, mac) : answerSolicitation(to, offset, mac, isRouter);
    }

    private int answerArp(final MutableDirectBuffer to, final int offset, final long mac)
    {
        ethernet.wrap(to, offset, EthernetHeader.LENGTH).destination(senderMac).source(mac).etherType(EtherType.ARP);
        arp.wrap(to, offset + EthernetHeader.LENGTH, ArpHeader.LENGTH).init(ArpHeader.REPLY)
            .targetMac(senderMac).targetIp((int)senderLow)
            .senderMac(mac).senderIp((int)targetLow);
        return EthernetHeader.LENGTH + ArpHeader.LENGTH;
    }

    private int answerSolicitation(
        final MutableDirectBuffer to, final int offset, final long mac, final boolean isRouter)
    {
        final boolean isDuplicateDetection = (senderHigh | senderLow) == 0;
        final int l3 = offset + EthernetHeader.LENGTH;
        ethernet.wrap(to, offset, EthernetHeader.LENGTH)
            .destination(isDuplicateDetection ? ALL_NODES_MAC : etherSource)
            .source(mac)
            .etherType(EtherType.IPV6);
        ipv6.wrap(to, l3, Ipv6Header.LENGTH + NdMessage.LENGTH_WITH_LINK_LAYER)
            .init()
            .payloadLength(NdMessage.LENGTH_WITH_LINK_LAYER)
            .nextHeader(IpProtocol.ICMPV6)
            .hopLimit(ND_HOP_LIMIT)
            .destinationHigh(isDuplicateDetection ? ALL_NODES_HIGH : senderHigh)
            .destinationLow(isDuplicateDetection ? 1 : senderLow)
            .sourceHigh(targetHigh).sourceLow(targetLow);
        nd.wrap(to, l3 + Ipv6Header.LENGTH, NdMessage.LENGTH_WITH_LINK_LAYER)
            .init(
                NdMessage.ADVERTISEMENT,
                (isRouter ? NdMessage.ROUTER : 0) | NdMessage.OVERRIDE |
                    (isDuplicateDetection ? 0 : NdMessage.SOLICITED))
            .targetHigh(targetHigh).targetLow(targetLow)
            .linkLayerAddress(mac)
            .updateChecksum(ipv6);
        return MAX_ANSWER_LENGTH;
    }
}
