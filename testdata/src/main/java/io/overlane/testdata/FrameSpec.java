// SPDX-License-Identifier: Apache-2.0
package io.overlane.testdata;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A frame that is described by values and writes its own bytes. It is immutable: each setter returns a changed copy.
 *
 * <p>By default everything is correct: lengths and checksums fit the frame, stations are {@code 02:00:00:00:00:01} and
 * {@code :02}, hosts {@code 10.0.0.1} and {@code 10.0.0.2}, or {@code fd00::1} and {@code fd00::2}. A length or
 * checksum that is set is written whether it is correct or not.
 *
 * <pre>{@code
 * FrameSpec.ipv4Udp().source("10.0.0.1").ports(53, 4000).payload("hello").bytes();
 * FrameSpec.vxlan(FrameSpec.arpRequest("10.0.0.1", "10.0.0.2")).vni(7).badChecksum().bytes();
 * }</pre>
 *
 * @param network   kind of packet after the Ethernet header.
 * @param transport kind of data after the IP header.
 * @param tags      VLAN tags, outermost first, each TPID and TCI.
 * @param knobs     values that were set: {@code Long} for numbers, hexadecimal text for octets.
 */
public record FrameSpec(Network network, Transport transport, List<Integer> tags, Map<Knob, Object> knobs)
{
    /** TCP FIN. */
    public static final int FIN = 0x01;

    /** TCP SYN. */
    public static final int SYN = 0x02;

    /** TCP RST. */
    public static final int RST = 0x04;

    /** TCP PSH. */
    public static final int PSH = 0x08;

    /** TCP ACK. */
    public static final int ACK = 0x10;

    /** The sending station by default. */
    public static final long DEFAULT_SOURCE_MAC = 0x02_00_00_00_00_01L;

    /** The receiving station by default. */
    public static final long DEFAULT_DESTINATION_MAC = 0x02_00_00_00_00_02L;

    /** {@code ff:ff:ff:ff:ff:ff}. */
    public static final long BROADCAST = 0xFFFF_FFFF_FFFFL;

    /** Kinds of packets after the Ethernet header. */
    public enum Network
    {
        /** Payload octets. */
        RAW,
        /** ARP for IPv4 over Ethernet. */
        ARP,
        /** IPv4. */
        IPV4,
        /** IPv6. */
        IPV6
    }

    /** Kinds of data after the IP header. */
    public enum Transport
    {
        /** Payload octets. */
        RAW,
        /** UDP. */
        UDP,
        /** TCP. */
        TCP,
        /** ICMP or ICMPv6 echo. */
        ECHO,
        /** ICMPv6 neighbour solicitation or advertisement. */
        NEIGHBOR,
        /** UDP with a VXLAN header before the payload. */
        VXLAN
    }

    /** Copies the collections. */
    public FrameSpec
    {
        tags = List.copyOf(tags);
        knobs = Map.copyOf(knobs);
    }

    // Frames to start from.

    public static FrameSpec ethernet(final int etherType, final byte... payload)
    {
        return of(Network.RAW, Transport.RAW).etherType(etherType).payload(payload);
    }

    /** A request for the MAC of {@code target}, broadcast from the default source MAC. */
    public static FrameSpec arpRequest(final String sender, final String target)
    {
        return of(Network.ARP, Transport.RAW).source(sender).destination(target)
            .destinationMac(BROADCAST).arpOperation(1).targetMac(0);
    }

    /** A reply that {@code sender} has the source MAC, sent to the destination MAC. */
    public static FrameSpec arpReply(final String sender, final String target)
    {
        return of(Network.ARP, Transport.RAW).source(sender).destination(target).arpOperation(2);
    }

    /** An announcement: a broadcast request of an address for itself (RFC 5227 §3). */
    public static FrameSpec gratuitousArp(final String sender)
    {
        return arpRequest(sender, sender);
    }

    public static FrameSpec ipv4Udp()
    {
        return of(Network.IPV4, Transport.UDP);
    }

    public static FrameSpec ipv6Udp()
    {
        return of(Network.IPV6, Transport.UDP);
    }

    public static FrameSpec ipv4Tcp()
    {
        return of(Network.IPV4, Transport.TCP);
    }

    public static FrameSpec ipv6Tcp()
    {
        return of(Network.IPV6, Transport.TCP);
    }

    /** An IPv4 packet with this payload after its header. */
    public static FrameSpec ipv4(final int protocol, final byte... payload)
    {
        return of(Network.IPV4, Transport.RAW).protocol(protocol).payload(payload);
    }

    /** An IPv6 packet with this payload after its header. */
    public static FrameSpec ipv6(final int nextHeader, final byte... payload)
    {
        return of(Network.IPV6, Transport.RAW).protocol(nextHeader).payload(payload);
    }

    public static FrameSpec icmpEchoRequest()
    {
        return of(Network.IPV4, Transport.ECHO).icmpType(8);
    }

    public static FrameSpec icmpEchoReply()
    {
        return of(Network.IPV4, Transport.ECHO).icmpType(0);
    }

    public static FrameSpec icmpv6EchoRequest()
    {
        return of(Network.IPV6, Transport.ECHO).icmpType(128);
    }

    public static FrameSpec icmpv6EchoReply()
    {
        return of(Network.IPV6, Transport.ECHO).icmpType(129);
    }

    /**
     * A solicitation for {@code target}, sent to its solicited-node group (RFC 4861 §4.3), with the source MAC in an
     * option.
     */
    public static FrameSpec neighborSolicitation(final String source, final String target)
    {
        final byte[] group = Hex.parse("ff0200000000000000000001ff000000");
        final byte[] address = address(target);
        System.arraycopy(address, 13, group, 13, 3);
        final long groupMac = 0x3333_FF00_0000L |
            (group[13] & 0xFFL) << 16 | (group[14] & 0xFFL) << 8 | (group[15] & 0xFFL);
        return of(Network.IPV6, Transport.NEIGHBOR).icmpType(135).ttl(255).source(source)
            .set(Knob.DESTINATION, Hex.of(group)).destinationMac(groupMac).ndTarget(target);
    }

    /** An advertisement that {@code target} has the source MAC, solicited and overriding (RFC 4861 §4.4). */
    public static FrameSpec neighborAdvertisement(final String target, final String destination)
    {
        return of(Network.IPV6, Transport.NEIGHBOR).icmpType(136).ttl(255).source(target).destination(destination)
            .ndTarget(target).ndFlags(0x6000_0000L);
    }

    /** {@code inner} in VXLAN over IPv4, VNI 1, UDP port 8472; {@link #overIpv6()} for the other underlay. */
    public static FrameSpec vxlan(final FrameSpec inner)
    {
        return vxlan(inner.bytes());
    }

    /** Octets after a VXLAN header, over IPv4, VNI 1, UDP port 8472. */
    public static FrameSpec vxlan(final byte... inner)
    {
        return of(Network.IPV4, Transport.VXLAN).ports(49152, 8472).payload(inner)
            .source("192.0.2.1").destination("192.0.2.2");
    }

    /** The packet of {@code inner}, without its Ethernet header, in UDP over IPv4, port 8285: flannel's udp backend. */
    public static FrameSpec ipInUdp(final FrameSpec inner)
    {
        return ipv4Udp().ports(8285, 8285).payload(inner.packet()).source("192.0.2.1").destination("192.0.2.2");
    }

    /** The same with an IPv6 header, from {@code 2001:db8::1} to {@code 2001:db8::2}. */
    public FrameSpec overIpv6()
    {
        return new FrameSpec(Network.IPV6, transport, tags, knobs).source("2001:db8::1").destination("2001:db8::2");
    }

    // Ethernet.

    public FrameSpec destinationMac(final long mac)
    {
        return set(Knob.DESTINATION_MAC, mac);
    }

    public FrameSpec destinationMac(final String mac)
    {
        return destinationMac(mac(mac));
    }

    public FrameSpec sourceMac(final long mac)
    {
        return set(Knob.SOURCE_MAC, mac);
    }

    public FrameSpec sourceMac(final String mac)
    {
        return sourceMac(mac(mac));
    }

    /** The type field after the tags. */
    public FrameSpec etherType(final int etherType)
    {
        return set(Knob.ETHER_TYPE, etherType);
    }

    /** Add an 802.1Q tag after the present ones. */
    public FrameSpec vlan(final int tci)
    {
        return tag(0x8100, tci);
    }

    /** Add a tag after the present ones. */
    public FrameSpec tag(final int tpid, final int tci)
    {
        final List<Integer> more = new ArrayList<>(tags);
        more.add(tpid << 16 | tci & 0xFFFF);
        return new FrameSpec(network, transport, more, knobs);
    }

    /** Cut the frame to its first octets, as the last step. */
    public FrameSpec truncate(final int frameLength)
    {
        return set(Knob.TRUNCATE, frameLength);
    }

    /** Append zeros until the frame has at least this many octets. */
    public FrameSpec pad(final int frameLength)
    {
        return set(Knob.PAD, frameLength);
    }

    /** Append octets to the packet that no length field counts. */
    public FrameSpec trailer(final byte... octets)
    {
        return set(Knob.TRAILER, Hex.of(octets));
    }

    // IP; ARP takes the addresses.

    public FrameSpec source(final String address)
    {
        return set(Knob.SOURCE, Hex.of(address(address)));
    }

    public FrameSpec destination(final String address)
    {
        return set(Knob.DESTINATION, Hex.of(address(address)));
    }

    /** IPv4 time to live or IPv6 hop limit. */
    public FrameSpec ttl(final int ttl)
    {
        return set(Knob.TTL, ttl);
    }

    /** IPv4 type of service or IPv6 traffic class, ECN in the low two bits. */
    public FrameSpec tos(final int tos)
    {
        return set(Knob.TOS, tos);
    }

    public FrameSpec flowLabel(final int flowLabel)
    {
        return set(Knob.FLOW_LABEL, flowLabel);
    }

    public FrameSpec ipId(final long id)
    {
        return set(Knob.IP_ID, id);
    }

    public FrameSpec dontFragment()
    {
        return set(Knob.FRAGMENT, number(Knob.FRAGMENT, 0) | 0x4000);
    }

    /** Make this a fragment; over IPv6 this adds the extension header. See {@link #fragments(int)}. */
    public FrameSpec fragment(final int offsetInBytes, final boolean moreFollow)
    {
        return set(Knob.FRAGMENT, (moreFollow ? 0x2000 : 0) | offsetInBytes / 8);
    }

    /** IPv4 protocol, or the next header field of the last IPv6 header. */
    public FrameSpec protocol(final int protocol)
    {
        return set(Knob.PROTOCOL, protocol);
    }

    /** A multiple of four octets. */
    public FrameSpec ipOptions(final byte... options)
    {
        return set(Knob.IP_OPTIONS, Hex.of(options));
    }

    /**
     * One IPv6 extension header of eight octets or a multiple; its first octet is set to the type of the next header.
     */
    public FrameSpec ipv6Extension(final int type, final byte... header)
    {
        return set(Knob.IPV6_EXTENSION_TYPE, type).set(Knob.IPV6_EXTENSION, Hex.of(header));
    }

    public FrameSpec ipVersion(final int version)
    {
        return set(Knob.IP_VERSION, version);
    }

    /** IPv4 header length field, in words of four octets. */
    public FrameSpec ipHeaderWords(final int words)
    {
        return set(Knob.IP_HEADER_WORDS, words);
    }

    /** IPv4 total length or IPv6 payload length field. */
    public FrameSpec ipLength(final int length)
    {
        return set(Knob.IP_LENGTH, length);
    }

    public FrameSpec ipChecksum(final int checksum)
    {
        return set(Knob.IP_CHECKSUM, checksum);
    }

    public FrameSpec badIpChecksum()
    {
        return set(Knob.IP_CHECKSUM_ERROR, 1);
    }

    // ARP.

    public FrameSpec arpOperation(final int operation)
    {
        return set(Knob.ARP_OPERATION, operation);
    }

    /** ARP sender hardware address, if it differs from the frame's source. */
    public FrameSpec senderMac(final long mac)
    {
        return set(Knob.SENDER_MAC, mac);
    }

    /** ARP target hardware address, if it differs from the frame's destination. */
    public FrameSpec targetMac(final long mac)
    {
        return set(Knob.TARGET_MAC, mac);
    }

    // UDP and TCP.

    public FrameSpec ports(final int source, final int destination)
    {
        return sourcePort(source).destinationPort(destination);
    }

    public FrameSpec sourcePort(final int port)
    {
        return set(Knob.SOURCE_PORT, port);
    }

    public FrameSpec destinationPort(final int port)
    {
        return set(Knob.DESTINATION_PORT, port);
    }

    public FrameSpec udpLength(final int length)
    {
        return set(Knob.UDP_LENGTH, length);
    }

    /** Write this into the transport checksum field. */
    public FrameSpec checksum(final int checksum)
    {
        return set(Knob.CHECKSUM, checksum);
    }

    /** No transport checksum, as UDP over IPv4 allows. */
    public FrameSpec zeroChecksum()
    {
        return checksum(0);
    }

    /** A wrong transport checksum. */
    public FrameSpec badChecksum()
    {
        return set(Knob.CHECKSUM_ERROR, 1);
    }

    /** Only the pseudo header's sum in the transport checksum, as for a device with checksum offload. */
    public FrameSpec partialChecksum()
    {
        return set(Knob.CHECKSUM_PARTIAL, 1);
    }

    public FrameSpec sequence(final long sequence)
    {
        return set(Knob.SEQUENCE, sequence);
    }

    public FrameSpec acknowledgment(final long acknowledgment)
    {
        return set(Knob.ACKNOWLEDGMENT, acknowledgment);
    }

    /** A combination of {@link #SYN} and the other flags. */
    public FrameSpec tcpFlags(final int flags)
    {
        return set(Knob.TCP_FLAGS, flags);
    }

    /** TCP data offset field, in words of four octets. */
    public FrameSpec tcpHeaderWords(final int words)
    {
        return set(Knob.TCP_HEADER_WORDS, words);
    }

    public FrameSpec window(final int window)
    {
        return set(Knob.WINDOW, window);
    }

    public FrameSpec urgentPointer(final int urgent)
    {
        return set(Knob.URGENT, urgent);
    }

    /** A multiple of four octets. */
    public FrameSpec tcpOptions(final byte... options)
    {
        return set(Knob.TCP_OPTIONS, Hex.of(options));
    }

    // ICMP.

    public FrameSpec icmpType(final int type)
    {
        return set(Knob.ICMP_TYPE, type);
    }

    public FrameSpec icmpCode(final int code)
    {
        return set(Knob.ICMP_CODE, code);
    }

    public FrameSpec icmpId(final int id)
    {
        return set(Knob.ICMP_ID, id);
    }

    public FrameSpec icmpSequence(final int sequence)
    {
        return set(Knob.ICMP_SEQUENCE, sequence);
    }

    public FrameSpec ndTarget(final String address)
    {
        return set(Knob.ND_TARGET, Hex.of(address(address)));
    }

    /** The 32 bits before the target address: R, S and O are the highest three. */
    public FrameSpec ndFlags(final long flags)
    {
        return set(Knob.ND_FLAGS, flags);
    }

    /** The link-layer address option; a negative value omits the option. */
    public FrameSpec ndLinkAddress(final long mac)
    {
        return set(Knob.ND_LINK_ADDRESS, mac);
    }

    // VXLAN.

    public FrameSpec vni(final int vni)
    {
        return set(Knob.VNI, vni);
    }

    /** The first octet; 0x08 is the I flag. */
    public FrameSpec vxlanFlags(final int flags)
    {
        return set(Knob.VXLAN_FLAGS, flags);
    }

    /** The three octets after the flags. */
    public FrameSpec vxlanReserved(final int reserved)
    {
        return set(Knob.VXLAN_RESERVED, reserved);
    }

    /** The last octet. */
    public FrameSpec vxlanReservedLast(final int reserved)
    {
        return set(Knob.VXLAN_RESERVED_LAST, reserved);
    }

    // The payload of the innermost header.

    public FrameSpec payload(final byte... payload)
    {
        return set(Knob.PAYLOAD, Hex.of(payload));
    }

    /** ASCII. */
    public FrameSpec payload(final String payload)
    {
        return payload(payload.getBytes(StandardCharsets.US_ASCII));
    }

    /** A payload of this length, whose octets count from 0 to 250 again and again, so that shifted ones are visible. */
    public FrameSpec payloadLength(final int length)
    {
        final byte[] payload = new byte[length];
        for (int i = 0; i < length; i++)
        {
            payload[i] = (byte)(i % 251);
        }
        return payload(payload);
    }

    // The result.

    /** @return the frame, from its Ethernet header to its last octet. */
    public byte[] bytes()
    {
        return new FrameWriter(this).frame();
    }

    /** @return the frame without its Ethernet header and tags, and without padding, trailer and truncation. */
    public byte[] packet()
    {
        return new FrameWriter(this).packet();
    }

    /** @return the payload of UDP: the VXLAN header and the inner frame, or the payload. */
    public byte[] datagram()
    {
        return new FrameWriter(this).datagram();
    }

    /** @return {@link #bytes()} as hexadecimal digits. */
    public String hex()
    {
        return Hex.of(bytes());
    }

    /**
     * @param length octets after the IP header in all fragments except the last; a multiple of 8.
     * @return the packet in fragments, in order; each has this frame's Ethernet and IP header.
     */
    public List<FrameSpec> fragments(final int length)
    {
        final FrameWriter writer = new FrameWriter(this);
        final byte[] whole = writer.transport();
        final FrameSpec part = new FrameSpec(network, Transport.RAW, tags, knobs).protocol(writer.protocol());
        final List<FrameSpec> fragments = new ArrayList<>();
        for (int from = 0; from < whole.length; from += length)
        {
            final int to = Math.min(from + length, whole.length);
            fragments.add(part.payload(Arrays.copyOfRange(whole, from, to)).fragment(from, to < whole.length));
        }
        return fragments;
    }

    boolean has(final Knob knob)
    {
        return knobs.containsKey(knob);
    }

    long number(final Knob knob, final long orElse)
    {
        final Object value = knobs.get(knob);
        return value == null ? orElse : (Long)value;
    }

    byte[] octets(final Knob knob, final String orElse)
    {
        final Object value = knobs.get(knob);
        return Hex.parse(value == null ? orElse : (String)value);
    }

    private FrameSpec set(final Knob knob, final long value)
    {
        return with(knob, value);
    }

    private FrameSpec set(final Knob knob, final String octets)
    {
        return with(knob, octets);
    }

    private FrameSpec with(final Knob knob, final Object value)
    {
        final Map<Knob, Object> more = new EnumMap<>(Knob.class);
        more.putAll(knobs);
        more.put(knob, value);
        return new FrameSpec(network, transport, tags, more);
    }

    private static FrameSpec of(final Network network, final Transport transport)
    {
        return new FrameSpec(network, transport, List.of(), Map.of());
    }

    private static long mac(final String text)
    {
        final byte[] octets = Hex.parse(text);
        if (octets.length != 6)
        {
            throw new IllegalArgumentException("not a MAC address: " + text);
        }
        return Long.parseLong(Hex.of(octets), 16);
    }

    /** Accepts only literals, so that tests do not need a name server. */
    private static byte[] address(final String text)
    {
        if (!text.matches("[0-9.]+|[0-9a-fA-F.]*:[0-9a-fA-F:.]*"))
        {
            throw new IllegalArgumentException("not an IP address: " + text);
        }
        try
        {
            return InetAddress.getByName(text).getAddress();
        }
        catch (final UnknownHostException ex)
        {
            throw new IllegalArgumentException("not an IP address: " + text, ex);
        }
    }
}
