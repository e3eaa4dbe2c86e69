// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.Vtep;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Entries of the engine's tables, against a table that anybody may see. */
class OwnedEntriesTest
{
    private static final Vtep ONE = Vtep.parse("192.0.2.1", 8472);
    private static final Vtep TWO = Vtep.parse("192.0.2.2", 8472);

    private final Map<String, Vtep> table = new HashMap<>(Map.of("foreign", ONE));
    private final List<String> commands = new ArrayList<>();
    private boolean hasRoom = true;
    private final OwnedEntries<String> entries = new OwnedEntries<>(
        (key, remote) ->
        {
            commands.add("put " + key);
            if (hasRoom)
            {
                table.put(key, remote);
            }
            return CompletableFuture.completedFuture(hasRoom);
        },
        key ->
        {
            commands.add("remove " + key);
            return CompletableFuture.completedFuture(table.remove(key) != null);
        });

    @Test
    void shouldTouchOnlyWhatChangesAndNothingForeign() throws IOException
    {
        assertEquals(List.of(), entries.put(Map.of("a", ONE, "b", ONE)));
        commands.clear();
        final Map<String, Vtep> wanted = Map.of("b", TWO, "c", ONE);
        assertEquals(List.of(), entries.put(wanted));
        assertTrue(table.containsKey("a"), "what is no longer wanted goes last");
        entries.removeOthers(wanted);
        assertEquals(Map.of("foreign", ONE, "b", TWO, "c", ONE), table);
        assertEquals(3, commands.size(), commands::toString);
    }

    @Test
    void shouldRemoveWhatItIsToldToAndNothingForeign() throws IOException
    {
        entries.put(Map.of("a", ONE, "b", ONE));
        entries.remove(List.of("a", "foreign", "unknown"));
        assertEquals(Map.of("foreign", ONE, "b", ONE), table);
        assertEquals(List.of("remove a"), commands.subList(2, 3));
        assertEquals(3, commands.size(), commands::toString);
    }

    @Test
    void shouldTryAgainWhatDidNotFit() throws IOException
    {
        hasRoom = false;
        assertEquals(List.of("no room in the engine's table for a"), entries.put(Map.of("a", ONE)));
        hasRoom = true;
        assertEquals(List.of(), entries.put(Map.of("a", ONE)));
        assertEquals(ONE, table.get("a"));
    }

    @Test
    void shouldSayThatTheEngineIsClosed()
    {
        final OwnedEntries<String> closed = new OwnedEntries<>(
            (key, remote) -> CompletableFuture.failedFuture(new IllegalStateException("the engine is closed")),
            key -> CompletableFuture.completedFuture(true));
        final IOException ex = assertThrows(IOException.class, () -> closed.put(Map.of("a", ONE)));
        assertTrue(ex.getMessage().endsWith("the engine is closed"), ex.getMessage());
    }
}
