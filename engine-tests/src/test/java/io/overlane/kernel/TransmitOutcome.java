// SPDX-License-Identifier: Apache-2.0
package io.overlane.kernel;

import static io.overlane.testdata.kernel.KernelComparison.FATE;

import io.overlane.status.DropReason;
import io.overlane.testdata.Hex;
import io.overlane.testdata.kernel.KernelCase;
import io.overlane.testdata.kernel.KernelCases;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What became of a frame that went into a device, aspect by aspect: whether and where it was sent, what its outer
 * headers say, and what came back out of the device.
 */
public final class TransmitOutcome
{
    /** The source port's place in its range. */
    public static final String SOURCE_PORT = "source port";

    /** Which earlier case had the same source port. */
    public static final String FLOW = "flow";

    /** The outer UDP checksum. */
    public static final String CHECKSUM = "checksum";

    private static final int VXLAN_HEADER = 8;
    private static final String PORT_RANGE = "ip_local_port_range";

    private TransmitOutcome()
    {
    }

    /**
     * @param cases of which a frame went in, in their order.
     * @return what Linux made of each.
     */
    public static Map<KernelCase, Map<String, String>> ofKernel(final List<KernelCase> cases)
    {
        final Map<KernelCase, Map<String, String>> outcomes = new LinkedHashMap<>();
        final Map<String, String> flows = new TreeMap<>();
        for (final KernelCase kernel : cases)
        {
            final List<OuterPacket> packets =
                Recordings.packets(kernel).stream().map(OuterPacket::parse).toList();
            final Map<String, String> outcome = of(kernel, kernelFate(kernel, packets), packets, flows);
            if (!packets.isEmpty() && !packets.get(0).fragment())
            {
                outcome.put(SOURCE_PORT, place(packets, kernel, kernelRange()));
            }
            final byte[] answer = kernel.frame("answered");
            putAnswer(outcome, answer, answer);
            outcomes.put(kernel, outcome);
        }
        return outcomes;
    }

    /**
     * @param kernel  the case.
     * @param twin    the engine that was given its frame.
     * @param packets that left since.
     * @param flows   what {@link #FLOW} is told by, kept by the caller from case to case.
     * @param ports   lowest and highest source port the engine was to use if the case names none.
     * @return what the engine made of it.
     */
    public static Map<String, String> ofEngine(
        final KernelCase kernel,
        final DeviceTwin twin,
        final List<OuterPacket> packets,
        final Map<String, String> flows,
        final int... ports)
    {
        final DropReason reason = DeviceTwin.dropped(twin.encap());
        final String fate = twin.encap().answered() > 0 ? "answered" :
            reason != DropReason.NONE ? "dropped: " + reason.label() :
            twin.encap().delivered() > 0 ? "sent" : "nothing";
        final Map<String, String> outcome = of(kernel, fate, packets, flows);
        if (!packets.isEmpty())
        {
            outcome.put(SOURCE_PORT, place(packets, kernel, ports));
        }
        final List<byte[]> answers = twin.taken();
        putAnswer(outcome, answers.isEmpty() ? null : answers.get(0), kernel.frame("answered"));
        outcome.merge("answer", answers.size() > 1 ? " and others" : "", String::concat);
        return outcome;
    }

    private static Map<String, String> of(
        final KernelCase kernel,
        final String fate,
        final List<OuterPacket> packets,
        final Map<String, String> flows)
    {
        final Map<String, String> outcome = new TreeMap<>();
        outcome.put(FATE, fate);
        if (packets.isEmpty() || packets.get(0).fragment())
        {
            return outcome;
        }
        final String given = Hex.of(kernel.frame("sent"));
        outcome.put("copies to", packets.stream().map(packet -> packet.to().toString()).sorted()
            .collect(Collectors.joining(", ")));
        outcome.put("VXLAN header", all(packets, packet -> Hex.of(packet.datagram(), 0, VXLAN_HEADER)));
        outcome.put("inner frame", all(packets, packet ->
            Hex.of(inner(packet)).equals(given) ? "as given" : Hex.of(inner(packet))));
        outcome.put("TOS", all(packets, packet -> String.format("0x%02x", packet.tos())));
        outcome.put("TTL", all(packets, OuterPacket::ttl));
        outcome.put("DF", all(packets, OuterPacket::df));
        outcome.put(CHECKSUM, all(packets, OuterPacket::checksum));
        // Ports of another range are others for the same flow.
        final String range = kernel.option("srcport") + "-" + kernel.option("srcport", 2);
        final Set<String> firsts = new TreeSet<>();
        for (final OuterPacket packet : packets)
        {
            // Where Linux sent nothing, there is no port to compare others with.
            final String key = kernel.section() + " " + range + " " + packet.flow();
            final String first = kernel.capture() == null ?
                flows.get(key) : flows.computeIfAbsent(key, unseen -> kernel.name());
            firsts.add(kernel.name().equals(first) ? "its own" : "that of '" + first + "'");
        }
        outcome.put(FLOW, String.join(", ", firsts));
        return outcome;
    }

    private static byte[] inner(final OuterPacket packet)
    {
        return Arrays.copyOfRange(packet.datagram(), VXLAN_HEADER, packet.datagram().length);
    }

    private static String all(final List<OuterPacket> packets, final Function<OuterPacket, Object> field)
    {
        return packets.stream().map(field).map(String::valueOf).distinct().sorted().collect(Collectors.joining(", "));
    }

    private static String kernelFate(final KernelCase kernel, final List<OuterPacket> packets)
    {
        if (!packets.isEmpty())
        {
            return packets.get(0).fragment() ? "sent in " + packets.size() + " fragments" : "sent";
        }
        if (!kernel.isDropped())
        {
            return Arrays.equals(kernel.frame("answered"), kernel.frame("sent")) ? "handed to the device" : "answered";
        }
        // For a frame that is too long it gives no reason, or that of what the bridge made of it.
        return kernel.section().equals("mtu") ? "dropped: oversize" :
            kernel.dropReasons().contains("NO_TX_TARGET") ? "dropped: no-destination" :
            kernel.dropReasons().contains("IP_OUTNOROUTES") ? "dropped: underlay-unreachable" : "swallowed";
    }

    private static void putAnswer(final Map<String, String> outcome, final byte[] answer, final byte[] recorded)
    {
        outcome.put("answer", answer == null ? "none" : describe(answer));
        if (recorded != null)
        {
            outcome.put("answer's bytes", answer == null ? "none" : Hex.of(answer));
        }
    }

    private static String describe(final byte[] frame)
    {
        final int type = (frame[12] & 0xFF) << 8 | frame[13] & 0xFF;
        if (type == 0x0800 && frame[23] == 1)
        {
            return "ICMP " + frame[34] + "/" + frame[35] + ", MTU " + ((frame[40] & 0xFF) << 8 | frame[41] & 0xFF);
        }
        return type == 0x0806 ? "ARP reply" : type == 0x86DD ? "neighbour advertisement" : "the frame itself";
    }

    private static int[] kernelRange()
    {
        final String[] words = KernelCases.named(PORT_RANGE).one("says").split(" ");
        return new int[]{Integer.parseInt(words[2]), Integer.parseInt(words[4])};
    }

    /** Whether the source port is in the range asked for, or where none was, in one's own. */
    private static String place(final List<OuterPacket> packets, final KernelCase kernel, final int... own)
    {
        final boolean isAsked = kernel.has("srcport");
        final int low = isAsked ? kernel.number("srcport", 0) : own[0];
        final int high = isAsked ? Integer.parseInt(kernel.option("srcport", 2)) : own[1];
        return all(packets, packet -> packet.from().udpPort() >= low && packet.from().udpPort() <= high ?
            "in the range" : "not in the range");
    }
}
