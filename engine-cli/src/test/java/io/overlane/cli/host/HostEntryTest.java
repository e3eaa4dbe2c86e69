// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Entries as commands, and back. */
class HostEntryTest
{
    @ParameterizedTest
    @ValueSource(strings = {
        "addr add 10.244.1.0/32 dev flannel.1",
        "addr add fd00:244:1::/128 dev flannel.1 nodad",
        "neigh replace 10.244.2.0 lladdr 02:00:00:00:00:02 dev flannel.1 nud permanent",
        "neigh replace fd00:244:2:: lladdr 02:00:00:00:00:02 dev flannel.1 nud permanent",
        "route replace 10.244.2.0/24 via 10.244.2.0 dev flannel.1 onlink",
        "route replace fd00:9::/48 dev flannel.1"})
    void shouldFindTheEntryOfACommand(final String command)
    {
        final HostEntry entry = HostEntry.parse(command);
        assertEquals(command, entry.setCommand());
        assertEquals("flannel.1", entry.device());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "addr", "addr add 10.244.1.0/32", "addr add 10.244.1.0 dev a", "link set 10.244.1.0/32 dev a",
        "neigh replace 10.244.2.0 dev a nud permanent", "route replace 10.244.2.0/24 via x dev a"})
    void shouldRefuseOtherText(final String command)
    {
        assertThrows(IllegalArgumentException.class, () -> HostEntry.parse(command));
    }
}
