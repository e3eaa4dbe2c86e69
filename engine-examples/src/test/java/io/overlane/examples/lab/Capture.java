package io.overlane.examples.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A capture of the wire, taken by tcpdump and read by tshark: two decoders this project has no part in.
 */
public final class Capture
{
    /** Value of tshark's {@code *.checksum.status} fields. */
    private static final int BAD = 0;
    private static final int GOOD = 1;

    /** Every reserved bit zero (RFC 7348 §5); the field names for it differ between releases of tshark. */
    private static final String HEADER_OF_VNI_1 = "08:00:00:00:00:00:01:00";

    private final LabHost host;
    private final Path file;
    private final LabProcess tcpdump;

    private Capture(final LabHost host, final Path file, final LabProcess tcpdump)
    {
        this.host = host;
        this.file = file;
        this.tcpdump = tcpdump;
    }

    /**
     * Start to capture UDP on a host's underlay device.
     *
     * @param host where.
     * @param file to write.
     * @return the running capture.
     */
    public static Capture start(final LabHost host, final Path file)
    {
        // Through a shell that joins the streams: tcpdump says on standard error when it is ready.
        final LabProcess tcpdump = host.start(List.of(
            "sh", "-c", "exec tcpdump -i \"$0\" -n -U -B 16384 -Z root -w \"$1\" udp 2>&1",
            host.underlayDevice(), file.toString()));
        tcpdump.awaitLine("tcpdump: listening on", 20);
        return new Capture(host, file, tcpdump);
    }

    /** Stop; the file is complete then. */
    public void stop()
    {
        tcpdump.signal("TERM");
        tcpdump.await(20).orFail();
    }

    /** Every datagram is VXLAN as RFC 7348 has it, decodes to the end, each checksum outside and inside is right. */
    public void assertNothingWrong()
    {
        assertEquals(List.of(), matching("_ws.malformed"));
        final List<String> bad = Arrays.asList("ip", "udp", "tcp", "icmp", "icmpv6").stream()
            .map(protocol -> protocol + ".checksum.status == " + BAD)
            .toList();
        assertEquals(List.of(), matching(String.join(" || ", bad)));
        assertEquals(List.of(), matching("udp.dstport == 8472 && !(udp.payload[0:8] == " + HEADER_OF_VNI_1 + ")"));
    }

    /**
     * @param filter display filter in tshark's language.
     * @return a line for each packet that matches.
     */
    public List<String> matching(final String filter)
    {
        final List<String> command = new ArrayList<>(List.of("tshark", "-r", file.toString(), "-n"));
        for (final String protocol : List.of("ip", "udp", "tcp"))
        {
            command.add("-o");
            command.add(protocol + ".check_checksum:TRUE");
        }
        command.addAll(List.of("-d", "udp.port==8472,vxlan", "-Y", filter));
        return host.run(command.toArray(String[]::new)).orFail().stdout();
    }

    /**
     * The checks did look at something.
     *
     * @param from     outer source address.
     * @param protocol inner protocol that has a checksum.
     */
    public void assertSawGood(final String from, final String protocol)
    {
        final String outer = from.indexOf(':') >= 0 ? "ipv6.src == " : "ip.src == ";
        final String filter = "vxlan && " + outer + from + " && " + protocol + ".checksum.status == " + GOOD;
        assertTrue(matching(filter).size() > 0, "no packet matches " + filter);
    }
}
