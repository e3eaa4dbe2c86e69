// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.replay;

import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vni;
import io.overlane.cli.Progress;
import io.overlane.cli.TerminalCheck;
import io.overlane.engine.EngineContext;
import io.overlane.memory.MemoryBuffer;
import io.overlane.pcap.CaptureReader;
import io.overlane.pcap.LinkType;
import io.overlane.pcap.PcapWriter;
import io.overlane.policy.PolicyProfile;
import io.overlane.policy.SegmentContext;
import io.overlane.replay.OuterStack;
import io.overlane.replay.Replay;
import io.overlane.replay.ReplayedFrame;
import io.overlane.replay.ReplayedPacket;
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

    private final Map<String, Long> verdicts = new TreeMap<>();
    private @Nullable PcapWriter writer;
    private @Nullable IOException writeFailure;
    private long differences;
    private volatile boolean isSurveyed;
    private volatile long records;
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
        // On a terminal the verdicts scroll by, so only the first reading of the file needs a line.
        final boolean isScrolling = TerminalCheck.isTerminal(1);
        final Progress progress = Progress.begin(spec.commandLine().getErr(), () ->
            isSurveyed ? isScrolling ? "" : records + " records of " + file : "looking for VNIs in " + file);
        try
        {
            final Set<Integer> found = Replay.vnis(CaptureReader.open(file), new OuterStack(ports));
            isSurveyed = true;
            progress.erase();
            return replay(ports, found);
        }
        finally
        {
            progress.close();
        }
    }

    private int replay(final int[] ports, final Set<Integer> found) throws IOException
    {
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
        final EngineContext context = new EngineContext();
        vnis.forEach(number -> context.segment(segment(number)));
        try (Replay replay = new Replay(
            CaptureReader.open(file), new OuterStack(ports), context, packet -> onPacket(out, packet)))
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

    private void onPacket(final PrintWriter out, final ReplayedPacket packet)
    {
        records = packet.record();
        verdicts.merge(packet.verdict(), 1L, Long::sum);
        differences += packet.isDifferent() ? 1 : 0;
        if (firstTimestampNs == Long.MIN_VALUE)
        {
            firstTimestampNs = packet.timestampNs();
        }
        out.printf(
            Locale.ROOT,
            "%6d %12.6f  %-45s %-13s %s%s%n",
            packet.record(),
            (packet.timestampNs() - firstTimestampNs) / 1e9,
            packet.from().isEmpty() ? "-" : packet.from(),
            packet.vni() == ReplayedPacket.NO_VNI ? "-" : "VNI " + packet.vni(),
            describe(packet),
            packet.isDifferent() ? " (recorded: " + packet.recorded() + ")" : "");
        for (final ReplayedFrame frame : packet.frames())
        {
            write(packet.timestampNs(), frame.bytes());
        }
    }

    private static String describe(final ReplayedPacket packet)
    {
        final int bytes = packet.frames().stream().mapToInt(frame -> frame.bytes().length).sum() +
            packet.datagrams().stream().mapToInt(datagram -> datagram.bytes().length).sum();
        return switch (packet.outcome())
        {
            case DROPPED -> "dropped: " + packet.reason().label();
            case ANSWERED -> "answered, " + bytes + " bytes";
            case DELIVERED -> "delivered, " + bytes + " bytes";
        };
    }

    private void write(final long timestampNs, final byte[] frame)
    {
        if (writer != null)
        {
            try
            {
                writer.write(timestampNs, new MemoryBuffer(frame), 0, frame.length);
            }
            catch (final IOException ex)
            {
                writeFailure = ex;
            }
        }
    }

    private void printSummary(final PrintWriter out, final Set<Integer> vnis)
    {
        final long packets = verdicts.values().stream().mapToLong(Long::longValue).sum();
        out.printf(
            Locale.ROOT,
            "%n%d packets, %s%n",
            packets,
            vnis.size() == 1 ? "VNI " + vnis.iterator().next() : vnis.size() + " VNIs");
        verdicts.forEach((verdict, count) -> out.printf(Locale.ROOT, "  %-32s %d%n", verdict, count));
        if (differences > 0)
        {
            out.printf(Locale.ROOT, "%d verdicts are not those in the comments of the capture%n", differences);
        }
    }

    private void require(final boolean holds, final String otherwise)
    {
        if (!holds)
        {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }
}
