// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.FlannelHost;
import io.overlane.examples.lab.FlannelLab;
import io.overlane.examples.lab.PacketPipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node of flannel's udp backend beside a stand-in of flannel's own: a bare socket that sends and gets, byte by byte,
 * the datagrams flannel's proxy was seen with. The numbers are those of the observed vectors.
 *
 * <pre>
 *   pod0 (TUN) -- kernel, forwards -- flannel0 (TUN) -- node, 192.0.2.1:8285 --- 192.0.2.2:8285 stand-in
 * </pre>
 *
 * The kernel forwards between the two devices and so takes one from the TTL each way: packets start with one more than
 * the vector has, and arrive with one less.
 */
@Tag("control-plane")
@Timeout(300)
class FlannelUdpIT
{
    private static final HexFormat HEX = HexFormat.of();

    /** UDP from 10.5.1.1 to 10.5.2.1 with TTL 64, 32 bytes. */
    private static final String P = "45000020123400004011518e0a0501010a05020111223344000c000041424344";

    /** The same as flannel's proxy sends it. */
    private static final String P_SENT = "45000020123400003f11528e0a0501010a05020111223344000c000041424344";

    /** The other way round: the checksum is the same. */
    private static final String TO_US = "45000020123400004011518e0a0502010a05010111223344000c000041424344";

    /** To 10.9.9.17, which nobody has a lease for. */
    private static final String NO_ROUTE = "450000201234000040114a820a0501010a09090911223344000c000041424344";

    private static final String NET_UNREACHABLE = "450000380000000008019cbb0a0501000a0501010300b88d00000000";

    @TempDir
    private Path directory;

    @AutoClose
    private FlannelLab lab;
    private PacketPipe pod;
    private PacketPipe standIn;

    @BeforeEach
    void open() throws IOException
    {
        lab = FlannelLab.openOrSkip(directory,
            "{\"Network\":\"10.0.0.0/8\",\"SubnetMin\":\"10.5.0.0\",\"Backend\":{\"Type\":\"udp\"}}");
        lab.put("/subnets/10.5.2.0-24", "{\"PublicIP\":\"192.0.2.2\",\"PublicIPv6\":null}");
        final FlannelHost node = lab.addNode(1);
        Files.createDirectories(node.subnetFile().getParent());
        Files.writeString(node.subnetFile(), "FLANNEL_NETWORK=10.0.0.0/8\nFLANNEL_SUBNET=10.5.1.1/24\n");
        final String ready = node.launch().awaitReady();
        assertTrue(ready.contains("10.5.1.0/24, backend udp, MTU 1472, 1 peers"), ready);
        standIn = PacketPipe.udp(lab.addNode(2).host(), directory, 8285);
        pod = PacketPipe.tun(node.host(), directory, "pod0");
        node.host().ip("link set pod0 up");
        node.host().ip("route add 10.5.1.0/24 dev pod0");
        // The answers of flannel's proxy, and ours, come from the device's own address.
        node.host().set("sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.pod0.rp_filter=0 " +
            "net.ipv4.conf.flannel0.rp_filter=0 net.ipv4.conf.flannel0.accept_local=1");
    }

    /** Into flannel0, as the vector has it. */
    private void transmit(final String packet)
    {
        pod.send(withTtl(packet, ttl(packet) + 1));
    }

    /** Out of flannel0, as the vector has it. */
    private String received()
    {
        final String packet = pod.next();
        return withTtl(packet, ttl(packet) + 1);
    }

    private void sendDatagram(final String datagram)
    {
        standIn.send("192.0.2.1 8285 " + datagram);
    }

    private void assertSent(final String packet)
    {
        assertEquals("192.0.2.1 8285 " + packet, standIn.next());
    }

    @Test
    void shouldSendAsFlannelsProxyDoes()
    {
        transmit(P);
        assertSent(P_SENT);
        final String last = withTtl(P, 2);
        assertTrue(last.contains("02118f8e"), last);
        transmit(last);
        assertSent(P.replace("4011518e", "0111908e"));
        // 3: dropped without an answer, so what comes next is the next one's.
        transmit(withTtl(P, 1));
        final String full = longest(0);
        transmit(full);
        assertSent(decremented(full));
    }

    @Test
    void shouldDeliverAsFlannelsProxyDoes()
    {
        sendDatagram(TO_US);
        assertEquals(decremented(TO_US), received());
        sendDatagram(withTtl(TO_US, 1));
        sendDatagram(TO_US + "00112233445566");
        assertEquals(decremented(TO_US), received(), "17, without what is behind the packet");
    }

    /** 12…14, 16: what flannel's proxy hands to the kernel; one good packet behind all shows that none passed. */
    @Test
    void shouldDropWhatFlannelsProxyTakesFromAnybody()
    {
        sendDatagram(TO_US.replace("0a050101", "08080808"));
        sendDatagram(TO_US.substring(0, 38));
        sendDatagram("00".repeat(20));
        sendDatagram("6" + TO_US.substring(1) + "00".repeat(40));
        try (PacketPipe stranger = PacketPipe.udp(lab.addNode(3).host(), directory, 8285))
        {
            stranger.send("192.0.2.1 8285 " + TO_US.replace("1234000040", "6666000040"));
            sendDatagram(TO_US);
            assertEquals(decremented(TO_US), received());
            stranger.send("192.0.2.1 8285 " + TO_US);
            sendDatagram(withTtl(TO_US, 33));
            assertEquals(withTtl(TO_US, 32), received());
        }
    }

    @Test
    void shouldAnswerThatNobodyHasTheAddressAsFlannelsProxyDoes()
    {
        transmit(NO_ROUTE);
        assertEquals(NET_UNREACHABLE + NO_ROUTE.substring(0, 56), received(), "5");

        final String options =
            withTtl("46000024" + NO_ROUTE.substring(8, 40) + "94040000" + NO_ROUTE.substring(40), 64);
        transmit(options);
        final String answer = received();
        assertTrue(answer.startsWith("4500003c0000000008019cb7"), "6: " + answer);
        assertEquals(60 * 2, answer.length(), "6");
        assertEquals(options.substring(0, (24 + 8) * 2), answer.substring(28 * 2), "6");

        // 7: nothing for ICMP, so the next answer is to the one behind it, which is 9: whatever its TTL.
        transmit(NO_ROUTE.replace("40114a82", "40014a92"));
        final String last = withTtl(NO_ROUTE, 1);
        transmit(last);
        assertEquals(last.substring(0, 56), received().substring(56), "9");
    }

    /** The kernel knows the device's MTU: it cuts, or says what fits. */
    @Test
    void shouldSayWhatFits()
    {
        final String tooLong = longest(1);
        transmit(withTtl(tooLong.substring(0, 12) + "4000" + tooLong.substring(16), 64));
        final String answer = pod.next();
        assertEquals("0304", answer.substring(40, 44), answer);
        assertEquals("05c0", answer.substring(52, 56), answer);
        transmit(P);
        assertSent(P_SENT);
    }

    /** {@link #P} with a payload up to the device's MTU, or that many bytes more. */
    private static String longest(final int more)
    {
        final int length = 1472 + more;
        final String packet = P.substring(0, 4) + "%04x".formatted(length) + P.substring(8, 48) +
            "%04x".formatted(length - 20) + P.substring(52);
        return withTtl(HEX.formatHex(Arrays.copyOf(HEX.parseHex(packet), length)), 64);
    }

    /** The formula of flannel's proxy: the checksum grows by what the TTL shrinks. */
    private static String decremented(final String packet)
    {
        final int sum = Integer.parseInt(packet.substring(20, 24), 16) + 0x0100;
        final int folded = (sum & 0xFFFF) + (sum >>> 16);
        return packet.substring(0, 16) + "%02x".formatted(ttl(packet) - 1) + packet.substring(18, 20) +
            "%04x".formatted(folded == 0xFFFF ? 0 : folded) + packet.substring(24);
    }

    private static int ttl(final String packet)
    {
        return Integer.parseInt(packet.substring(16, 18), 16);
    }

    /** The same with this TTL and the checksum of the whole header (RFC 1071). */
    private static String withTtl(final String packet, final int ttl)
    {
        final byte[] bytes = HEX.parseHex(packet);
        bytes[8] = (byte)ttl;
        bytes[10] = 0;
        bytes[11] = 0;
        int sum = 0;
        for (int i = 0; i < (bytes[0] & 0xF) * 4; i += 2)
        {
            sum += (bytes[i] & 0xFF) << 8 | bytes[i + 1] & 0xFF;
        }
        sum = (sum & 0xFFFF) + (sum >>> 16);
        sum = ~((sum & 0xFFFF) + (sum >>> 16));
        bytes[10] = (byte)(sum >> 8);
        bytes[11] = (byte)sum;
        return HEX.formatHex(bytes);
    }
}
