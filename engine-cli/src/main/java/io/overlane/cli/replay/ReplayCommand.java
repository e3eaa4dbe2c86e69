// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.replay;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vni;
import io.overlane.address.Vtep;
import io.overlane.cli.Version;
import io.overlane.frame.Frame;
import io.overlane.pcap.LinkType;
import io.overlane.pcap.CaptureReader;
import io.overlane.pcap.PcapWriter;
import io.overlane.policy.PolicyProfile;
import io.overlane.policy.SegmentContext;
import io.overlane.replay.OuterDatagram;
import io.overlane.replay.OuterStack;
import io.overlane.replay.Replay;
import io.overlane.status.DropReason;
import io.overlane.wire.VxlanHeader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code replay}: runs a capture through the engine and prints the verdict on each packet. */
@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description =
        "Runs a capture of VXLAN packets through the engine and prints the verdict on each packet. Reads pcap " +
        "and pcapng files of Ethernet, raw IP, Linux cooked and BSD loopback packets; needs no privileges.",
    footer = {"",
        "Exit code: 0, 1 if the capture cannot be read to its end or --out cannot be written, 2 for bad options."})
public final class ReplayCommand implements Callable<Integer>
{
    private static final int[] USUAL_PORTS = {8472, 4789};

    @Parameters(paramLabel = "FILE.pcap", description = "The capture.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @Option(names = "--vni", paramLabel = "N", description =
        "Deliver frames of this VNI only, 0...16777215. Default: every VNI in the capture.")
    private @Nullable Integer vni;

    @Option(names = "--port", paramLabel = "N", description =
        "UDP port of VXLAN. Default: 8472 and 4789.")
    private @Nullable Integer udpPort;

    @Option(names = "--mac", paramLabel = "MAC", description =
        "Our own MAC address: frames from it are dropped. Default: none.")
    private @Nullable MacAddress mac;

    @Option(names = "--learning", description =
        "Learn source MAC addresses, and drop frames with an invalid source. Default: off.")
    private boolean learning;

    @Option(names = "--policy", paramLabel = "linux|rfc7348|strict", description =
        "Rules for received packets, as with tun-bridge. strict accepts only the sources of --accept-from, as no " +
        "remote is configured here. Default: linux.")
    private PolicyProfile policy = PolicyProfile.LINUX;

    @Option(names = "--accept-from", paramLabel = "PREFIX,...", hideParamSyntax = true, split = ",", description =
        "Outer sources to accept, separated by commas. Default: any; none with --policy strict.")
    private List<IpPrefix> acceptFrom = new ArrayList<>();

    @Option(names = "--reserved-bits", paramLabel = "drop|ignore", description =
        "Packets with reserved bits: drop them, as Linux does, or ignore the bits, as RFC 7348 says. Default: as " +
        "--policy says.")
    private @Nullable ReservedBits reservedBits;

    @Option(names = "--out", paramLabel = "FILE.pcap", description =
        "Write the delivered inner frames to this capture. Default: nowhere.")
    private @Nullable Path outFile;

    @Spec
    private CommandSpec spec;

    private final Map<DropReason, Long> verdicts = new TreeMap<>();
    private @Nullable PcapWriter writer;
    private @Nullable IOException writeFailure;
    private long firstTimestampNs = Long.MIN_VALUE;

    /** Treatment of packets whose reserved bits are set. */
    private enum ReservedBits
    {
        /** As Linux. */
        DROP,

        /** As RFC 7348. */
        IGNORE
    }

    @Override
    public Integer call() throws IOException
    {
        require(udpPort == null || udpPort >= 1 && udpPort <= 0xFFFF, "--port " + udpPort + ": outside 1...65535");
        require(vni == null || vni >= Vni.MIN_VALUE && vni <= Vni.MAX_VALUE,
            "--vni " + vni + ": not a VNI (expected 0..." + Vni.MAX_VALUE + ")");
        final int[] ports = udpPort == null ? USUAL_PORTS : new int[] {udpPort};
        final Set<Integer> found = CaptureSurvey.vnis(file, ports);
        final Set<Integer> vnis = vni != null ? Set.of(vni) : found.isEmpty() ? Set.of(1) : found;
        final PrintWriter out = spec.commandLine().getOut();
        require(outFile == null || !Files.exists(outFile) || !Files.isSameFile(file, outFile),
            "--out " + outFile + ": this is the capture itself; name another file");
        try (PcapWriter inner = outFile == null ? null :
            PcapWriter.create(outFile, LinkType.ETHERNET, PcapWriter.Resolution.NANOSECONDS))
        {
            writer = inner;
            run(ports, vnis, out);
        }
        finally
        {
            printSummary(out, vnis);
            out.flush();
        }
        return 0;
    }

    private void run(final int[] ports, final Set<Integer> vnis, final PrintWriter out) throws IOException
    {
        final CaptureReader reader = CaptureReader.open(file);
        final List<SegmentContext> segments = vnis.stream().map(this::segment).toList();
        try (Replay replay = new Replay(
            reader,
            new OuterStack(ports),
            segments,
            (number, timestampNs, verdict, packetVni, outer, frame) ->
                onPacket(out, number, timestampNs, verdict, packetVni, outer, frame)))
        {
            boolean goesOn = true;
            while (goesOn)
            {
                goesOn = replay.next();
                if (writeFailure != null)
                {
                    throw writeFailure;
                }
            }
        }
    }

    private SegmentContext segment(final int number)
    {
        final SegmentContext segment = new SegmentContext(number);
        segment.policy().profile(policy).learning(learning);
        if (mac != null)
        {
            segment.ownMac(mac);
        }
        acceptFrom.forEach(segment.policy()::source);
        if (reservedBits != null)
        {
            segment.policy().reservedBits(reservedBits == ReservedBits.IGNORE ? 0 : VxlanHeader.RESERVED_MASK);
        }
        return segment;
    }

    private void onPacket(
        final PrintWriter out,
        final long number,
        final long timestampNs,
        final DropReason verdict,
        final int packetVni,
        final @Nullable OuterDatagram outer,
        final @Nullable Frame inner)
    {
        verdicts.merge(verdict, 1L, Long::sum);
        if (firstTimestampNs == Long.MIN_VALUE)
        {
            firstTimestampNs = timestampNs;
        }
        out.printf(
            Locale.ROOT,
            "%6d %12.6f  %-45s %-13s %s%n",
            number,
            (timestampNs - firstTimestampNs) / 1e9,
            outer == null ? "-" : describe(outer),
            packetVni == Replay.NO_VNI ? "-" : "VNI " + packetVni,
            inner == null ? "dropped: " + verdict.label() : "delivered, " + inner.length() + " bytes");
        if (inner != null && writer != null)
        {
            try
            {
                writer.write(timestampNs, inner.buffer(), inner.offset(), inner.length());
            }
            catch (final IOException ex)
            {
                writeFailure = ex;
            }
        }
    }

    private static String describe(final OuterDatagram outer)
    {
        return endpoint(outer.sourceHigh(), outer.sourceLow(), outer.sourcePort()) + " > " +
            endpoint(outer.destinationHigh(), outer.destinationLow(), outer.destinationPort());
    }

    private static String endpoint(final long high, final long low, final int port)
    {
        final IpAddress address = new IpAddress(high, low);
        return port == 0 ? address + ":0" : new Vtep(address, port).toString();
    }

    private void printSummary(final PrintWriter out, final Set<Integer> vnis)
    {
        final long packets = verdicts.values().stream().mapToLong(Long::longValue).sum();
        out.printf(
            Locale.ROOT,
            "%n%d packets, %s%n",
            packets,
            vnis.size() == 1 ? "VNI " + vnis.iterator().next() : vnis.size() + " VNIs");
        verdicts.forEach((verdict, count) -> out.printf(Locale.ROOT, "  %-24s %d%n", verdict.label(), count));
    }

    private void require(final boolean holds, final String otherwise)
    {
        if (!holds)
        {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }
}
