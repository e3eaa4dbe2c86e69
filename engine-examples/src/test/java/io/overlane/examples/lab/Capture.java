// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A capture of the wire, taken by dumpcap and read by tshark and tcpdump: decoders this project has no part in.
 */
public final class Capture
{
    /** Value of tshark's {@code *.checksum.status} fields. */
    private static final int BAD = 0;
    private static final int GOOD = 1;

    /** Every reserved bit zero (RFC 7348 §5); the field names for it differ between releases of tshark. */
    private static final String HEADER_OF_VNI_1 = "08:00:00:00:00:00:01:00";

    private static final Pattern TCPDUMP_COMPLAINT =
        Pattern.compile("bad .*cksum|incorrect|wrong|invalid|truncated|unknown|\\[\\|");

    private final LabHost host;
    private final Path file;
    private final LabProcess dumpcap;

    private Capture(final LabHost host, final Path file, final LabProcess dumpcap)
    {
        this.host = host;
        this.file = file;
        this.dumpcap = dumpcap;
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
        // Not tcpdump: inside a user namespace it fails to give up the privileges it has there. Through a shell that
        // joins the streams, because it says on standard error when it is ready.
        final LabProcess dumpcap = host.start(List.of(
            "sh", "-c", "exec dumpcap -i \"$0\" -q -P -B 16 -f udp -w \"$1\" 2>&1",
            host.underlayDevice(), file.toString()));
        dumpcap.awaitLine("File: ", 120);
        return new Capture(host, file, dumpcap);
    }

    /**
     * Stop once packets are in the file: the last are on their way to it for some time.
     *
     * @param count  of packets.
     * @param filter display filter in tshark's language.
     */
    public void stopAfter(final int count, final String filter)
    {
        // Of a file that is being written the end may be cut, which tshark complains of.
        Poll.until(count + " packets that match " + filter, 120, () -> tshark(filter).stdout().size() >= count);
        stop();
    }

    /** Stop; the file is complete then. */
    public void stop()
    {
        dumpcap.signal("TERM");
        dumpcap.await(120).orFail();
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
        assertEquals(List.of(), complaintsOfTcpdump());
    }

    private List<String> complaintsOfTcpdump()
    {
        final CommandResult read = host.run("tcpdump", "-n", "-vv", "-T", "vxlan", "-r", file.toString());
        if (read.output().contains("Couldn't change to"))
        {
            // A user namespace, see start(); the other decoder has looked.
            return List.of();
        }
        assertTrue(read.orFail().output().contains("VXLAN"), "tcpdump found no VXLAN");
        return read.stdout().stream().filter(line -> TCPDUMP_COMPLAINT.matcher(line).find()).toList();
    }

    /**
     * @param filter display filter in tshark's language.
     * @return a line for each packet that matches.
     */
    public List<String> matching(final String filter)
    {
        return tshark(filter).orFail().stdout();
    }

    private CommandResult tshark(final String filter)
    {
        final List<String> command = new ArrayList<>(List.of("tshark", "-r", file.toString(), "-n"));
        for (final String protocol : List.of("ip", "udp", "tcp"))
        {
            command.add("-o");
            command.add(protocol + ".check_checksum:TRUE");
        }
        command.addAll(List.of("-d", "udp.port==8472,vxlan", "-Y", filter));
        return host.run(command.toArray(String[]::new));
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
