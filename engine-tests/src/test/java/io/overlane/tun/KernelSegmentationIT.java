// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.memory.MemoryBuffer;
import io.overlane.offload.GsoSplitter;
import io.overlane.parse.Layer3;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.Hex;
import io.overlane.testdata.SuperFrameSpec;
import io.overlane.testkit.InNamespace;
import io.overlane.tun.libc.LibC;
import io.overlane.tun.libc.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The kernel as the oracle for segmentation: super-frames written into one TAP come out of another, which has no
 * offload, as the kernel cut them; and they must be what we cut.
 *
 * <pre>
 *   write ──► t0 (vnet header) ──► bridge ──► t1 (no offload) ──► read
 * </pre>
 */
@InNamespace
class KernelSegmentationIT extends Scenario
{
    private static final long SIOCBRADDBR = 0x89a0;
    private static final long SIOCBRDELBR = 0x89a1;
    private static final long SIOCBRADDIF = 0x89a2;
    private static final String BRIDGE = "br0";
    private static final int MTU = 2000;
    private static final long MARKER_MAC = 0x02_00_00_00_00_99L;

    private TunPort in;
    private TunPort out;
    private final Frame written = new FrameSlab(1, TunPort.MAX_FRAME_LENGTH).frame(0);
    private final Frame marker = new FrameSlab(1, 64).frame(0);
    private final MemoryBuffer cut = new MemoryBuffer(new byte[4 << 20]);
    private final GsoSplitter splitter = new GsoSplitter();

    @BeforeEach
    void open() throws IOException
    {
        final TunDevice t0 = create(new TunOptions(TunKind.TAP, "t0"));
        final TunDevice t1 = create(new TunOptions(TunKind.TAP, "t1").vnetHeaderLength(0));
        assumeOrClose(bridge(SIOCBRADDBR), "this kernel has no bridge");
        disableNetfilter();
        closeLater(() ->
        {
            new NetworkLink(BRIDGE).up(false);
            bridge(SIOCBRDELBR);
        });
        for (final TunDevice device : new TunDevice[]{t0, t1})
        {
            device.mtu(MTU);
            assertEquals(0, new InterfaceRequest(BRIDGE).intValue(device.index()).ioctl(SIOCBRADDIF));
            device.up(true);
        }
        new NetworkLink(BRIDGE).up(true);
        in = port(t0);
        out = port(t1);
    }

    @Test
    void shouldCutWhatTheKernelCuts()
    {
        final Random random = new Random(20_261_120);
        final List<String> deviations = new ArrayList<>();
        int segments = 0;
        for (int i = 0; i < 4_000; i++)
        {
            final SuperFrameSpec spec = SuperFrameSpec.random(random, i % 40 == 0 ? 65_000 : 12_000);
            put(spec, spec.bytes());
            segments += compare("case " + i, deviations);
        }
        report(deviations);
        assertTrue(segments > 20_000, "few segments: " + segments);
    }

    @Test
    void shouldCutAtEveryEdgeWhereTheKernelDoes()
    {
        final List<String> deviations = new ArrayList<>();
        final FrameSpec[] specs =
        {
            FrameSpec.ipv4Tcp().tcpFlags(0xF9), FrameSpec.ipv6Tcp().tcpFlags(0xFF).urgentPointer(5),
            FrameSpec.ipv4Udp(), FrameSpec.ipv6Udp(), FrameSpec.ipv4Tcp().dontFragment().ipId(0xFFFF),
            FrameSpec.ipv4Tcp().tcpFlags(0).urgentPointer(9), FrameSpec.ipv4Udp().tos(3).ipId(0x7FFF)
        };
        for (final FrameSpec spec : specs)
        {
            for (final int length : new int[]{101, 199, 200, 201, 299, 300, 12_799, 12_800})
            {
                final SuperFrameSpec superFrame = new SuperFrameSpec(spec, new byte[length], 100);
                put(superFrame, superFrame.bytes());
                compare(spec + " of " + length, deviations);
            }
        }
        report(deviations);
    }

    /** The kernel gives up at the eighth tag, and so do we. */
    @Test
    void shouldCutBehindAsManyTagsAsTheKernelDoes()
    {
        final List<String> deviations = new ArrayList<>();
        final FrameSpec[] specs =
        {
            FrameSpec.ipv4Tcp(), FrameSpec.ipv6Tcp(), FrameSpec.ipv4Udp(), FrameSpec.ipv6Udp()
        };
        for (final FrameSpec spec : specs)
        {
            FrameSpec tagged = spec;
            for (int tags = 0; tags <= 9; tags++)
            {
                for (final int gsoSize : new int[]{100, 1000})
                {
                    final SuperFrameSpec superFrame = new SuperFrameSpec(tagged, new byte[3 * gsoSize + 7], gsoSize);
                    put(superFrame, superFrame.bytes());
                    final int segments = compare(tags + " tags, " + superFrame.spec(), deviations);
                    assertEquals(tags < 8 ? 4 : 0, segments, tags + " tags");
                }
                tagged = tagged.tag(tags % 2 == 0 ? 0x8100 : 0x88A8, 0x2001 + tags);
            }
        }
        report(deviations);
    }

    /** The payload is chosen so that sums come out as 0 and as 0xFFFF. */
    @Test
    void shouldWriteTheSameOfTwoChecksumsThatAreEqual()
    {
        final List<String> deviations = new ArrayList<>();
        final FrameSpec[] specs =
        {
            FrameSpec.ipv4Tcp(), FrameSpec.ipv6Tcp(), FrameSpec.ipv4Udp(), FrameSpec.ipv6Udp()
        };
        for (final FrameSpec spec : specs)
        {
            final byte[] payload = new byte[300];
            for (int segment = 0; segment < 3; segment++)
            {
                final SuperFrameSpec plain = new SuperFrameSpec(spec, payload, 100);
                final byte[] bytes = plain.segments().get(segment);
                final int field = plain.checksumStart() + plain.checksumOffset();
                // What was the checksum, as a payload word, makes it 0.
                payload[100 * segment] = bytes[field];
                payload[100 * segment + 1] = bytes[field + 1];
            }
            final SuperFrameSpec superFrame = new SuperFrameSpec(spec, payload, 100);
            put(superFrame, superFrame.bytes());
            compare(spec.toString(), deviations);
        }
        report(deviations);
    }

    /** The pseudo header is of the last destination, the packet of the next. */
    @Test
    void shouldCutBehindARoutingHeaderAsTheKernelDoes()
    {
        final List<String> deviations = new ArrayList<>();
        final byte[] routing = Hex.parse("00020401 00000000 fd0000000000000000000000000000ff");
        for (final FrameSpec base : new FrameSpec[]{FrameSpec.ipv6Tcp(), FrameSpec.ipv6Udp()})
        {
            final SuperFrameSpec spec = new SuperFrameSpec(
                base.ipv6Extension(43, routing).destination("fd00::ff"), new byte[3_500], 1000);
            final byte[] bytes = spec.bytes();
            bytes[53] = (byte)0xAA;
            put(spec, bytes);
            compare(base.toString(), deviations);
        }
        report(deviations);
    }

    @Test
    void shouldPassOnAWrongPartialChecksumAsTheKernelDoes()
    {
        final List<String> deviations = new ArrayList<>();
        final Random random = new Random(3);
        for (int i = 0; i < 200; i++)
        {
            final SuperFrameSpec spec = SuperFrameSpec.random(random, 5_000);
            final byte[] bytes = spec.bytes();
            final int field = spec.checksumStart() + spec.checksumOffset();
            bytes[field] = (byte)random.nextInt();
            bytes[field + 1] = (byte)random.nextInt();
            put(spec, bytes);
            compare("case " + i, deviations);
        }
        report(deviations);
    }

    private void put(final SuperFrameSpec spec, final byte[] bytes)
    {
        written.wrap(FrameSlab.HEADROOM, bytes.length).offload(
            Frame.NEEDS_CHECKSUM, spec.gsoType(), spec.headersLength(), spec.gsoSize(), spec.checksumStart(),
            spec.checksumOffset());
        written.buffer().putBytes(FrameSlab.HEADROOM, bytes);
    }

    /** Through the kernel and through the splitter; deviations are added to the list. */
    private int compare(final String what, final List<String> deviations)
    {
        in.offer(batch(written));
        final List<byte[]> kernels = readToMarker();
        final List<byte[]> ours = cut();
        if (written.verdict() != DropReason.NONE)
        {
            deviations.add(what + ": the kernel refuses it, we cut " + ours.size());
            return 0;
        }
        if (kernels.size() != ours.size())
        {
            deviations.add(what + ": " + kernels.size() + " of the kernel, " + ours.size() + " of ours");
            return 0;
        }
        for (int i = 0; i < ours.size(); i++)
        {
            final int at = Arrays.mismatch(kernels.get(i), ours.get(i));
            if (at >= 0)
            {
                final int shown = Math.min(100, Math.min(kernels.get(i).length, ours.get(i).length));
                deviations.add(what + " segment " + i + " of " + ours.size() + " from byte " + at +
                    "\n kernel " + Hex.of(kernels.get(i), 0, shown) + "\n ours   " + Hex.of(ours.get(i), 0, shown));
                break;
            }
        }
        return ours.size();
    }

    private List<byte[]> cut()
    {
        final List<byte[]> segments = new ArrayList<>();
        if (splitter.open(written, Layer3.of(written, true)) == DropReason.NONE)
        {
            final int length = splitter.cut(cut, 0, cut.capacity(), Integer.MAX_VALUE, 0);
            for (int from = 0; from < length; from += splitter.segmentLength())
            {
                final byte[] segment = new byte[Math.min(splitter.segmentLength(), length - from)];
                cut.getBytes(from, segment);
                segments.add(segment);
            }
        }
        return segments;
    }

    /** Frames keep their order through the bridge, so what comes before a frame written last is all there is. */
    private List<byte[]> readToMarker()
    {
        final byte[] bytes = FrameSpec.ethernet(0x88B5).sourceMac(MARKER_MAC).pad(60).bytes();
        marker.wrap(FrameSlab.HEADROOM, bytes.length);
        marker.buffer().putBytes(FrameSlab.HEADROOM, bytes);
        in.offer(batch(marker));
        final List<byte[]> frames = new ArrayList<>();
        pollFor(out, frame ->
        {
            if (source(frame) == FrameSpec.DEFAULT_SOURCE_MAC)
            {
                final byte[] copy = new byte[frame.length()];
                frame.buffer().getBytes(frame.offset(), copy);
                frames.add(copy);
            }
            return source(frame) == MARKER_MAC;
        });
        return frames;
    }

    private static long source(final Frame frame)
    {
        long mac = 0;
        for (int i = 6; i < 12; i++)
        {
            mac = mac << 8 | frame.buffer().getByte(frame.offset() + i) & 0xFF;
        }
        return mac;
    }

    /** Where br_netfilter is loaded it checks and trims IP packets before they are segmented. */
    private static void disableNetfilter() throws IOException
    {
        for (final String family : new String[]{"iptables", "ip6tables"})
        {
            final Path call = Path.of("/proc/sys/net/bridge/bridge-nf-call-" + family);
            if (Files.isWritable(call))
            {
                Files.writeString(call, "0");
            }
        }
    }

    /** The argument is the name itself, not a structure that begins with it. */
    private static boolean bridge(final long request)
    {
        final MemoryBuffer name = MemoryBuffer.allocate(Linux.IFREQ_SIZE, 8);
        name.putStringWithoutLengthAscii(0, BRIDGE);
        final int socket = LibC.get().socket(Linux.AF_INET, Linux.SOCK_DGRAM);
        final int result = LibC.get().ioctl(socket, request, name);
        LibC.close(socket);
        return result == 0;
    }

    private static void report(final List<String> deviations)
    {
        final List<String> first = deviations.subList(0, Math.min(8, deviations.size()));
        assertTrue(deviations.isEmpty(), () -> deviations.size() + " deviations\n" + String.join("\n", first));
    }
}
