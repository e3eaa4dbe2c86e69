// SPDX-License-Identifier: Apache-2.0
package io.overlane.live;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbFilter;
import io.overlane.control.FdbRequest;
import io.overlane.control.TableResult;
import io.overlane.kernel.DeviceSettings;
import io.overlane.kernel.Recordings;
import io.overlane.testdata.kernel.KernelCase;
import io.overlane.testdata.kernel.KernelSuite;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The recorded packets and frames go through an engine without and with the fast path: from a wire into a TAP,
 * or the other way. What comes out, and all counters, must be the same. Most recorded frames are no IP packets, which
 * the kernel leaves to the engine; so each case is tried again with IP packets of the same addresses, without the outer
 * UDP checksum, and for a known station.
 *
 * <p>Of the other recordings there is nothing to be sent: operations on the FDB, settings that are refused, MTUs of
 * devices; and a segment with several ports, and one with a multicast group, is never carried by the kernel. Ageing is
 * in {@link StationsIT}.
 */
class RecordedCasesIT extends OnAWire
{
    private static final MacAddress OWN = new MacAddress(KernelCase.OWN_MAC);
    private static final MacAddress STATION = MacAddress.parse("02:22:22:22:22:22");
    private static final int MTU = 1500;

    @Test
    void shouldReceiveTheSame() throws IOException
    {
        final Comparison comparison = new Comparison();
        compare(comparison, KernelSuite.RECEIVE.cases().stream().filter(kernel -> kernel.capture() != null).toList());
        comparison.assertSame();
        // The cases that are delivered without a change of the frame, most of them with three IP packets.
        comparison.assertCarried(68);
    }

    @Test
    void shouldTransmitTheSame() throws IOException
    {
        final Comparison comparison = new Comparison();
        compare(comparison, KernelSuite.TRANSMIT.cases());
        comparison.assertSame();
        comparison.assertCarried(166);
    }

    @Test
    void shouldLearnTheSame() throws IOException
    {
        final Comparison comparison = new Comparison();
        compare(comparison, KernelSuite.LEARN.cases().stream().filter(kernel -> kernel.capture() != null).toList());
        comparison.assertSame();
        comparison.assertCarried(18);
    }

    /** Cases of one device, with the same entries before, go through one engine, one after the other. */
    private void compare(final Comparison comparison, final List<KernelCase> cases) throws IOException
    {
        final Map<String, List<KernelCase>> byDevice = new LinkedHashMap<>();
        for (final KernelCase kernel : cases)
        {
            // Recorded cases of learning follow one another.
            final String before = kernel.section().equals("learn") ? "" : kernel.all("before").toString();
            byDevice.computeIfAbsent(
                kernel.section() + kernel.one("device") + before, device -> new ArrayList<>()).add(kernel);
        }
        for (final List<KernelCase> ofDevice : byDevice.values())
        {
            final DeviceSettings settings = settings(ofDevice.get(0));
            if (Lane.isAvailable(settings.underlay()))
            {
                for (final Mode mode : Mode.values())
                {
                    run(ofDevice, mode, comparison);
                }
            }
        }
    }

    private static DeviceSettings settings(final KernelCase kernel)
    {
        return new DeviceSettings(kernel, kernel.number("dstport", 0));
    }

    private void run(final List<KernelCase> cases, final Mode mode, final Comparison comparison) throws IOException
    {
        final KernelCase first = cases.get(0);
        final DeviceSettings settings = settings(first);
        try (Lane lane = new Lane(wire, mode, settings.underlay(), OWN, MTU, settings.context(), settings.segment()))
        {
            final String remote = first.option("local").contains(":") ? "fd99::2" : "10.99.0.2";
            final Set<String> before = new HashSet<>();
            for (final KernelCase kernel : cases)
            {
                for (final String words : kernel.all("before"))
                {
                    if (!words.startsWith("link ") && before.add(words))
                    {
                        assertEquals(TableResult.DONE, lane.ask(settings.operation(words)), words);
                    }
                }
                if (kernel.all("sent").isEmpty())
                {
                    if (kernel.has("nolearning"))
                    {
                        add(lane, kernel, STATION, remote);
                    }
                    receive(lane, kernel, comparison);
                }
                else
                {
                    transmit(lane, kernel, remote, comparison);
                }
            }
            comparison.putCounters(lane, first.toString());
        }
    }

    private static void add(
        final Lane lane, final KernelCase kernel, final MacAddress mac, final String remote) throws IOException
    {
        lane.ask(tables -> tables.append(
            new FdbRequest(kernel.number("id", 0), mac, Vtep.parse(remote, kernel.number("dstport", 0)))));
    }

    private static void receive(final Lane lane, final KernelCase kernel, final Comparison comparison)
        throws IOException
    {
        for (final DatagramVariant variant : DatagramVariant.values())
        {
            final List<byte[]> packets = variant.of(Recordings.packets(kernel));
            if (packets != null)
            {
                final String name = kernel.name() + ", " + variant;
                comparison.put(lane, name, lane.receive(packets) + ", " + entries(lane));
            }
        }
    }

    private static List<String> entries(final Lane lane) throws IOException
    {
        return lane.ask(tables ->
        {
            final List<String> rows = new ArrayList<>();
            tables.list(FdbFilter.ALL, row -> rows.add(row.mac() + " " + row.remote() + " " + row.kind()));
            rows.sort(null);
            return rows;
        });
    }

    /** As recorded; then again, and with IP packets, when the destination is a known station. */
    private static void transmit(
        final Lane lane, final KernelCase kernel, final String remote, final Comparison comparison) throws IOException
    {
        final byte[] sent = Objects.requireNonNull(kernel.frame("sent"));
        comparison.put(lane, kernel.name(), lane.transmit(sent).toString());
        if ((sent[0] & 1) == 0)
        {
            final MacAddress station = new MacAddress(
                (sent[0] & 0xffL) << 40 | (sent[1] & 0xffL) << 32 | (sent[2] & 0xffL) << 24 |
                (sent[3] & 0xffL) << 16 | (sent[4] & 0xffL) << 8 | sent[5] & 0xffL);
            final boolean isThere = entries(lane).stream().anyMatch(row -> row.startsWith(station.toString()));
            if (!isThere)
            {
                add(lane, kernel, station, remote);
            }
            comparison.put(lane, kernel.name() + ", known", lane.transmit(sent).toString());
            for (final DatagramVariant variant : DatagramVariant.values())
            {
                final byte[] other = variant.frame(sent);
                if (other != null)
                {
                    comparison.put(lane, kernel.name() + ", known, " + variant, lane.transmit(other).toString());
                }
            }
            if (!isThere)
            {
                lane.ask(tables -> tables.delete(new FdbRequest(kernel.number("id", 0), station, null)));
            }
        }
    }
}
