package io.overlane.replay;

import io.overlane.status.DropReason;
import io.overlane.testdata.Hex;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One thing done to a Linux vxlan device, and what it did: recorded outer frames in, an inner frame or a reason out.
 * Cases of one capture are in the order they were recorded; those of a learning device build on each other.
 *
 * @param test        what was tried, in words.
 * @param capture     the file its frames are in.
 * @param firstFrame  number of its first frame, from 1.
 * @param lastFrame   number of its last frame.
 * @param device      how the device was configured.
 * @param delivered   inner frames the device delivered: 0 or 1.
 * @param inner       the inner frame delivered, or null; as it was before the kernel took its VLAN tag out.
 * @param dropReasons the kernel's names; what else the host dropped in that moment may be among them.
 */
public record KernelCase(
    String test,
    Path capture,
    int firstFrame,
    int lastFrame,
    Device device,
    int delivered,
    byte[] inner,
    Set<String> dropReasons)
{
    /** The device's own MAC in every case. */
    public static final long OWN_MAC = 0x02_11_11_11_11_11L;

    private static final Pattern FRAMES = Pattern.compile("(.+\\.pcap)#(\\d+)(?:-(\\d+))?");

    /**
     * How a device was configured.
     *
     * @param vni              its VNI.
     * @param udpPort          its UDP port.
     * @param isV6             true if its local address is IPv6: it then has no IPv4 socket.
     * @param isUp             false if it was taken down and had no socket at all.
     * @param learning         true if it learns source MACs.
     * @param gbp              true if it takes the group policy extension.
     * @param zeroChecksumV6   true if it takes datagrams without checksum over IPv6.
     */
    public record Device(
        int vni, int udpPort, boolean isV6, boolean isUp, boolean learning, boolean gbp, boolean zeroChecksumV6)
    {
        /**
         * @param linkType of the capture.
         * @return an outer stack that has the device's socket.
         */
        public OuterStack outerStack(final int linkType)
        {
            return new OuterStack(linkType, udpPort)
                .families(isUp && !isV6, isUp && isV6)
                .acceptZeroChecksumV6(zeroChecksumV6);
        }
    }

    /**
     * @param captureNames files wanted, such as {@code rx.pcap}.
     * @return the receive cases of those files; the calling test is skipped if the recordings are not there.
     */
    public static List<KernelCase> receiveCases(final String... captureNames)
    {
        final Path results = Captures.file("kernel-6.18/results.json");
        final Set<String> wanted = Set.of(captureNames);
        final List<KernelCase> cases = new ArrayList<>();
        for (final Object element : (List<?>)((Map<?, ?>)read(results)).get("results"))
        {
            final Map<?, ?> result = (Map<?, ?>)element;
            final Matcher frames = FRAMES.matcher(String.valueOf(result.get("pcap")));
            if ("rx".equals(result.get("dir")) && frames.matches() && wanted.contains(frames.group(1)))
            {
                cases.add(of(result, results.resolveSibling(frames.group(1)), frames));
            }
        }
        return cases;
    }

    /**
     * Our name for what the kernel did. Its names are coarser: three of ours are one of its.
     *
     * @return {@code NONE} if the frame was delivered.
     */
    public DropReason expectedVerdict()
    {
        if (delivered > 0)
        {
            return DropReason.NONE;
        }
        if (dropReasons.contains("VXLAN_INVALID_HDR"))
        {
            return test.startsWith("I flag") ? DropReason.NO_I_FLAG : DropReason.RESERVED_BITS;
        }
        if (dropReasons.contains("PKT_TOO_SMALL"))
        {
            return test.startsWith("udp length") ? DropReason.BAD_OUTER_HEADER :
                test.startsWith("udp payload") ? DropReason.SHORT_HEADER : DropReason.INNER_IP_TRUNCATED;
        }
        final Map<String, DropReason> names = Map.of(
            "UDP_CSUM", DropReason.UDP_CHECKSUM,
            "VXLAN_VNI_NOT_FOUND", DropReason.UNKNOWN_VNI,
            "NOMEM", DropReason.INNER_TOO_SHORT,
            "LOCAL_MAC", DropReason.OWN_MAC,
            "MAC_INVALID_SOURCE", DropReason.BAD_SOURCE_MAC,
            "VXLAN_ENTRY_EXISTS", DropReason.STATIC_VIOLATION,
            "IP_TUNNEL_ECN", DropReason.ECN_NOT_CAPABLE);
        for (final Map.Entry<String, DropReason> name : names.entrySet())
        {
            if (dropReasons.contains(name.getKey()))
            {
                return name.getValue();
            }
        }
        if (dropReasons.equals(Set.of("NO_SOCKET")))
        {
            return DropReason.NO_SOCKET;
        }
        throw new IllegalStateException("no name of ours for " + dropReasons + " in '" + test + "'");
    }

    @Override
    public String toString()
    {
        return test + " (" + capture.getFileName() + " " + firstFrame + ")";
    }

    private static KernelCase of(final Map<?, ?> result, final Path capture, final Matcher frames)
    {
        final String test = (String)result.get("test");
        final int firstFrame = Integer.parseInt(frames.group(2));
        final Set<String> dropReasons = new HashSet<>();
        ((List<?>)result.get("drop_reasons")).forEach(reason -> dropReasons.add((String)reason));
        return new KernelCase(
            test,
            capture,
            firstFrame,
            frames.group(3) == null ? firstFrame : Integer.parseInt(frames.group(3)),
            device((String)result.get("cfg"), !test.equals("device down")),
            ((Double)result.get("delivered")).intValue(),
            inner((String)result.get("inner_hex"), (Double)result.get("aux_vlan_tci")),
            dropReasons);
    }

    private static Device device(final String config, final boolean isUp)
    {
        final List<String> words = List.of(config.trim().split(" +"));
        return new Device(
            Integer.parseInt(words.get(words.indexOf("id") + 1)),
            Integer.parseInt(words.get(words.indexOf("dstport") + 1)),
            words.get(words.indexOf("local") + 1).contains(":"),
            isUp,
            words.contains("learning"),
            words.contains("gbp"),
            words.contains("udp6zerocsumrx"));
    }

    /** A packet socket reports the outer tag beside the frame; put it back behind the MAC addresses. */
    private static byte[] inner(final String hex, final Double tagControl)
    {
        if (hex == null)
        {
            return null;
        }
        return Hex.parse(tagControl == null ? hex :
            hex.substring(0, 24) + String.format("8100%04x", tagControl.intValue()) + hex.substring(24));
    }

    private static Object read(final Path json)
    {
        try
        {
            return Json.parse(Files.readString(json, StandardCharsets.UTF_8));
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }
}
