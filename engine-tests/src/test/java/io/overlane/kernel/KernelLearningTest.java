// SPDX-License-Identifier: Apache-2.0
package io.overlane.kernel;

import static io.overlane.testdata.kernel.KernelComparison.FATE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbFilter;
import io.overlane.control.FdbKind;
import io.overlane.control.TableResult;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.Hex;
import io.overlane.testdata.kernel.KernelCase;
import io.overlane.testdata.kernel.KernelComparison;
import io.overlane.testdata.kernel.KernelSuite;
import io.overlane.testkit.SteppedClock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What a source address does to the FDB, and for how long, is as with Linux. */
class KernelLearningTest
{
    private static final Vtep LOCAL = Vtep.parse("10.99.0.1:4789", 0);
    private static final Vtep REMOTE = Vtep.parse("10.99.0.2:4789", 0);

    private final SteppedClock clock = new SteppedClock();
    private final WireUnderlay wire = new WireUnderlay(LOCAL);

    /** One engine goes through all of them, as one device did. */
    @TestFactory
    Stream<DynamicTest> shouldLearnAsLinuxDoes()
    {
        final List<KernelCase> cases =
            KernelSuite.LEARN.cases().stream().filter(kernel -> !kernel.has("ageing")).toList();
        final List<DynamicTest> tests = new ArrayList<>();
        final Map<DropReason, Long> dropped = new TreeMap<>();
        try (DeviceTwin twin = new DeviceTwin(cases.get(0), wire, clock))
        {
            for (final KernelCase kernel : cases)
            {
                kernel.all("before").forEach(twin::setUp);
                clock.step(1, TimeUnit.SECONDS);
                final Map<String, String> engine = kernel.capture() == null ?
                    operate(kernel, twin) : receive(kernel, twin, dropped);
                tests.add(DynamicTest.dynamicTest(kernel.toString(), () -> assertEquals(
                    List.of(), KernelComparison.problems(kernel, recorded(kernel), engine, Set.of()))));
            }
        }
        return tests.stream();
    }

    private static Map<String, String> recorded(final KernelCase kernel)
    {
        final Map<String, String> outcome = new LinkedHashMap<>();
        if (kernel.capture() != null)
        {
            outcome.put(FATE, KernelWords.fate(KernelWords.verdict(kernel)));
            outcome.put("inner frame", kernel.isDropped() ? "none" : Hex.of(kernel.frame("delivered")));
            outcome.put("learned", text(kernel.all("learned")));
            outcome.put("forgot", text(kernel.all("forgot")));
        }
        else if (kernel.lines().containsKey("fdb"))
        {
            outcome.put("FDB", text(kernel.all("fdb")));
            outcome.put("FDB when flushed", text(kernel.all("fdb")));
        }
        else
        {
            outcome.put("result", KernelWords.result(kernel).name());
        }
        return outcome;
    }

    private Map<String, String> receive(
        final KernelCase kernel, final DeviceTwin twin, final Map<DropReason, Long> dropped)
    {
        final List<String> before = twin.fdb();
        final OuterPacket packet = OuterPacket.parse(Recordings.packets(kernel).get(0));
        wire.put(packet.from(), packet.tos(), packet.datagram());
        twin.run();

        DropReason verdict = DropReason.NONE;
        for (int i = 1; i < DropReason.count(); i++)
        {
            final DropReason reason = DropReason.get(i);
            final long count = twin.decap().dropped(reason);
            verdict = count > dropped.getOrDefault(reason, 0L) ? reason : verdict;
            dropped.put(reason, count);
        }
        final List<byte[]> frames = twin.taken();
        final List<String> after = twin.fdb();
        final Map<String, String> outcome = new LinkedHashMap<>();
        outcome.put(FATE, KernelWords.fate(verdict));
        outcome.put("inner frame", frames.isEmpty() ? "none" : Hex.of(frames.get(0)));
        outcome.put("learned", text(without(after, before)));
        outcome.put("forgot", text(without(before, after)));
        return outcome;
    }

    private static Map<String, String> operate(final KernelCase kernel, final DeviceTwin twin)
    {
        final Map<String, String> outcome = new LinkedHashMap<>();
        if (kernel.one("do").equals("link down"))
        {
            // The engine forgets nothing when a device goes down: whoever sets it down may flush.
            outcome.put("FDB", text(twin.fdb()));
            twin.flush(FdbFilter.ALL.kinds(FdbKind.LEARNED, FdbKind.DYNAMIC));
            outcome.put("FDB when flushed", text(twin.fdb()));
        }
        else
        {
            outcome.put("result", twin.operate(kernel.one("do")).name());
            if (KernelWords.result(kernel) != TableResult.DONE)
            {
                // Later cases go on from what Linux had, which is nothing of this.
                twin.operate(kernel.one("do").replace("fdb add", "fdb del"));
            }
        }
        return outcome;
    }

    private static List<String> without(final List<String> these, final List<String> those)
    {
        return these.stream().filter(row -> !those.contains(row)).toList();
    }

    private static String text(final List<String> rows)
    {
        return rows.isEmpty() ? "none" : String.join("; ", rows);
    }

    /** 01 is heard once and sent to every second, 02 is heard for 12 seconds, 03 and 04 are configured. */
    @Test
    void shouldForgetAsLinuxDoes()
    {
        final KernelCase kernel =
            KernelSuite.LEARN.cases().stream().filter(any -> any.has("ageing")).findFirst().orElseThrow();
        final Map<String, Double> recorded = new LinkedHashMap<>();
        for (final String says : kernel.all("says"))
        {
            final String[] words = says.split(" ");
            recorded.put(words[0], Double.parseDouble(words[3]));
        }
        final Map<String, Double> gone = new LinkedHashMap<>();
        final int heardFor = 12;
        final List<String> rest;
        try (DeviceTwin twin = new DeviceTwin(kernel, wire, clock))
        {
            hear(twin, "02:aa:00:00:00:01");
            for (int second = 0; second < 30; second++)
            {
                if (second < heardFor)
                {
                    hear(twin, "02:aa:00:00:00:02");
                }
                twin.transmit(FrameSpec.ipv4Udp().destinationMac("02:aa:00:00:00:01").bytes());
                clock.step(1, TimeUnit.SECONDS);
                twin.run();
                final Set<String> present = new TreeSet<>();
                twin.fdb().forEach(row -> present.add(row.substring(0, row.indexOf(' '))));
                for (final String mac : recorded.keySet())
                {
                    if (!present.contains(mac))
                    {
                        gone.putIfAbsent(mac, second + 1.0);
                    }
                }
            }
            rest = twin.fdb();
        }
        assertNotEquals(Map.of(), recorded);
        assertEquals(List.of(), KernelComparison.problems(
            kernel, outcome(kernel, recorded, kernel.all("fdb")), outcome(kernel, gone, rest), Set.of()));
    }

    /** When an entry went after it was last heard of, beside the time it was to have. */
    private static Map<String, String> outcome(
        final KernelCase kernel, final Map<String, Double> gone, final List<String> rest)
    {
        final Map<String, String> outcome = new LinkedHashMap<>();
        gone.forEach((mac, seconds) ->
        {
            final double heard = mac.endsWith(":02") ? 12 : 0;
            final double late = seconds - heard - kernel.number("ageing", 0);
            outcome.put(mac, late < -1 ? "too early" : late <= 2 ? "within 2 s of its age" : "later than 2 s");
        });
        outcome.put("FDB", text(rest));
        return outcome;
    }

    private void hear(final DeviceTwin twin, final String mac)
    {
        final FrameSpec inner = FrameSpec.ipv4Udp().sourceMac(MacAddress.parse(mac).value());
        wire.put(REMOTE, 0, FrameSpec.vxlan(inner).vni(42).datagram());
        twin.run();
    }
}
