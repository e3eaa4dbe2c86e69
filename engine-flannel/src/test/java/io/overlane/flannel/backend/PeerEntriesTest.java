// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpPrefix;
import io.overlane.address.Vtep;
import io.overlane.control.DesiredState;
import io.overlane.control.TableResult;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.ThreadingMode;
import io.overlane.policy.IpNetworkContext;
import io.overlane.testkit.EngineHarness;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Entries of peers in the tables of a running engine. */
class PeerEntriesTest
{
    private static final Vtep ONE = Vtep.parse("192.0.2.1:8472", 0);
    private static final Vtep TWO = Vtep.parse("192.0.2.2:8472", 0);
    private static final IpPrefix FOREIGN = IpPrefix.parse("10.9.0.0/24");
    private static final IpPrefix A = IpPrefix.parse("10.1.0.0/24");
    private static final IpPrefix B = IpPrefix.parse("10.2.0.0/24");
    private static final IpPrefix C = IpPrefix.parse("10.3.0.0/24");

    private final EngineHarness harness = EngineHarness.create();
    private OverlayEngine engine;
    private PeerEntries<IpPrefix> entries;

    @BeforeEach
    void launch()
    {
        harness.context().threadingMode(ThreadingMode.SHARED).maxRoutes(3);
        harness.launch(new IpNetworkContext());
        engine = harness.engine();
        assertEquals(
            TableResult.DONE, engine.control().operate(tables -> tables.replaceRoute(FOREIGN, ONE)).join());
        entries = new PeerEntries<>(engine.control(), DesiredState::route);
    }

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    void shouldRemoveLastWhatIsNoLongerWanted() throws IOException
    {
        assertEquals(List.of(), entries.put(Map.of(A, ONE)));
        final Map<IpPrefix, Vtep> wanted = Map.of(B, TWO);
        assertEquals(List.of(), entries.put(wanted));
        assertEquals(Map.of(FOREIGN, ONE, A, ONE, B, TWO), engine.tables().routes());
        entries.removeOthers(wanted);
        assertEquals(Map.of(FOREIGN, ONE, B, TWO), engine.tables().routes());
    }

    @Test
    void shouldRemoveOnlyItsOwnEntries() throws IOException
    {
        entries.put(Map.of(A, ONE, B, ONE));
        entries.remove(List.of(A, FOREIGN, C));
        assertEquals(Map.of(FOREIGN, ONE, B, ONE), engine.tables().routes());
    }

    @Test
    void shouldReportEntryOfAnotherOwner() throws IOException
    {
        assertEquals(
            List.of("conflict route 10.9.0.0/24 192.0.2.1:8472 -> 192.0.2.2:8472 (owned by manual)"),
            entries.put(Map.of(FOREIGN, TWO)));
        assertEquals(Map.of(FOREIGN, ONE), engine.tables().routes());
    }

    @Test
    void shouldTryAgainWhenThereWasNoRoom() throws IOException
    {
        assertEquals(List.of(), entries.put(Map.of(A, ONE, B, ONE)));
        assertEquals(
            List.of("refused route 10.3.0.0/24 -> 192.0.2.1:8472 (no room for another entry or remote)"),
            entries.put(Map.of(C, ONE)));
        entries.remove(List.of(A));
        assertEquals(List.of(), entries.put(Map.of(C, ONE)));
        assertEquals(Map.of(FOREIGN, ONE, B, ONE, C, ONE), engine.tables().routes());
    }

    @Test
    void shouldSayThatTheEngineIsClosed()
    {
        engine.close();
        final IOException ex = assertThrows(IOException.class, () -> entries.put(Map.of(A, ONE)));
        assertTrue(ex.getMessage().endsWith("the engine is closed"), ex.getMessage());
    }
}
