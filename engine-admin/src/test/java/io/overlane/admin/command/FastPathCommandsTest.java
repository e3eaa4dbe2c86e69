// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.Answer;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.fastpath.FastPath;
import io.overlane.fastpath.FastPathHold;
import io.overlane.fastpath.FastPathReport;
import io.overlane.fastpath.FastSegment;
import io.overlane.fastpath.FastStation;
import io.overlane.fastpath.FastTraffic;
import io.overlane.policy.SegmentContext;
import io.overlane.port.RingPort;
import io.overlane.status.Volume;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.UnderlayOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** {@code fast-path show} with a fast path that carries nothing. */
class FastPathCommandsTest
{
    private static final int VNI = 42;
    private static final Vtep REMOTE = Vtep.parse("192.0.2.9:8472", 0);
    private static final MacAddress STATION = MacAddress.parse("02:00:00:00:00:0a");

    @AutoClose
    private OverlayEngine engine;

    private AdminCommands commands;

    /** It takes the first segment, and refuses others. */
    private static final class Stub implements FastPath
    {
        @Override
        public void open(
            final Underlay underlay, final int maxStations, final int maxRemotes, final int maxSegments)
        {
        }

        @Override
        public @Nullable String begin(final FastSegment segment)
        {
            return segment.vni() == VNI ? null : "its port is no TAP";
        }

        @Override
        public void end(final int... vnis)
        {
        }

        @Override
        public void leave(final int vni)
        {
        }

        @Override
        public void put(final FastStation station)
        {
        }

        @Override
        public void remove(final int vni, final long mac)
        {
        }

        @Override
        public long idleMs(final int vni, final long mac)
        {
            return Long.MAX_VALUE;
        }

        @Override
        public int stations()
        {
            return 1;
        }

        @Override
        public FastPathReport report()
        {
            return new FastPathReport(
                "tc",
                List.of(new FastPathReport.Program(
                    "overlane_encap", 31, 2, new Volume(7, 700), "   0: (b7) r0 = 2\n   1: (95) exit\n")),
                List.of(new FastPathReport.Link("tap0", 5, "tcx/egress", 12, 31)),
                List.of(new FastPathReport.Remote(REMOTE, null, 1464, new Volume(7, 700), Volume.NONE)));
        }

        @Override
        public void read(final FastTraffic traffic)
        {
        }

        @Override
        public void close()
        {
        }
    }

    private void launch(final @Nullable FastPath path) throws Exception
    {
        engine = OverlayEngine.launch(new EngineContext()
            .underlay(NioUnderlay.open(new UnderlayOptions(IpAddress.parse("127.0.0.1"), 0)))
            .segment(new SegmentContext(VNI).port(new RingPort("tap0", 1450, 64)).fdb(STATION, REMOTE))
            .fdb(fdb -> fdb.maxEntries(64))
            .fastPath(path));
        commands = EngineCommands.addTo(engine, true, new AdminCommands());
    }

    private Answer ask(final String request) throws AdminException
    {
        return commands.run(List.of(request.split(" ")));
    }

    @Test
    void shouldShowSegmentsProgramsLinksAndRemotes() throws Exception
    {
        launch(new Stub());
        engine.segments().add(new SegmentContext(43).port(new RingPort("ring", 1450, 64)));

        final Answer answer = ask("fast-path show");

        assertEquals("""
            fast path: on, tc, 1 of at most 64 stations

            VNI  CARRIED  WHY
             42  yes      -
             43  no       its port is no TAP

            PROGRAM         ID  INSTRUCTIONS  FRAMES  BYTES
            overlane_encap  31             2       7    700

            DEV   IFINDEX  ATTACH      LINK  PROGRAM
            tap0        5  tcx/egress    12       31

            REMOTE          REACHABLE  WHY  LONGEST  SENT  SENT_BYTES  RECEIVED  RECEIVED_BYTES
            192.0.2.9:8472  yes        -       1464     7         700         0               0
            """, answer.text());
        assertEquals("{\"state\":\"on\",\"why\":null,\"mode\":\"tc\",\"stations\":1,\"max_stations\":64," +
            "\"segments\":[{\"vni\":42,\"carried\":true,\"why\":null}," +
            "{\"vni\":43,\"carried\":false,\"why\":\"its port is no TAP\"}]," +
            "\"programs\":[{\"program\":\"overlane_encap\",\"id\":31,\"instructions\":2,\"frames\":7,\"bytes\":700}]," +
            "\"links\":[{\"dev\":\"tap0\",\"ifindex\":5,\"attach\":\"tcx/egress\",\"link\":12,\"program\":31}]," +
            "\"remotes\":[{\"remote\":\"192.0.2.9:8472\",\"reachable\":true,\"why\":null,\"longest\":1464,\"sent\":7," +
            "\"sent_bytes\":700,\"received\":0,\"received_bytes\":0}]}", answer.jsonText());
    }

    @Test
    void shouldShowTheListing() throws Exception
    {
        launch(new Stub());
        final Answer answer = ask("fast-path show listing");
        assertTrue(
            answer.text().endsWith("\n\noverlane_encap:\n   0: (b7) r0 = 2\n   1: (95) exit\n"), answer::text);
        assertTrue(
            answer.jsonText().contains("\"listing\":[\"   0: (b7) r0 = 2\",\"   1: (95) exit\"]"), answer::jsonText);
        assertEquals("unexpected 'code' (usage: fast-path show [listing])",
            assertThrows(AdminException.class, () -> ask("fast-path show code")).getMessage());
    }

    @Test
    void shouldSayWhyNothingIsCarried() throws Exception
    {
        launch(new Stub());
        final FastPathHold hold = engine.fastPath().hold("a test");
        assertEquals("fast path: held, tc, 1 of at most 64 stations: it stands still for a test",
            ask("fast-path show").text().lines().findFirst().orElseThrow());
        hold.close();
        assertTrue(ask("fast-path show").text().startsWith("fast path: on, "));
    }

    @Test
    void shouldSayThatThereIsNone() throws Exception
    {
        launch(null);
        final Answer answer = ask("fast-path show");
        assertEquals("fast path: off: the engine was launched without a fast path\n", answer.text());
        assertEquals("{\"state\":\"off\",\"why\":\"the engine was launched without a fast path\",\"mode\":null," +
            "\"stations\":0,\"max_stations\":0,\"segments\":[]}", answer.jsonText());
    }
}
