// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbChange;
import io.overlane.control.FdbKind;
import io.overlane.event.EngineEvent;
import io.overlane.event.EngineEvent.Place;
import io.overlane.status.DropReason;
import org.junit.jupiter.api.Test;

/** The lines of the log for events that an operator should know. */
class StationWarningsTest
{
    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:01");
    private static final MacAddress OTHER = MacAddress.parse("02:00:00:00:00:02");
    private static final Place PORT = new Place(null, "trunk0.10");
    private static final Place REMOTE = new Place(Vtep.parse("192.0.2.2:8472", 0), null);

    @Test
    void shouldSayWhatIsWrongAndWhatToDo()
    {
        final IpAddress address = IpAddress.parse("10.9.0.1");
        assertEquals(
            "VNI 7: 02:00:00:00:00:01 behind port trunk0.10 claims 10.9.0.1, which 02:00:00:00:00:02 has, behind " +
                "192.0.2.2:8472: give each station an address of its own",
            StationWarnings.line(new EngineEvent.DuplicateAddress(1, 7, address, MAC, PORT, OTHER, REMOTE)));
        assertEquals(
            "VNI 7: 02:00:00:00:00:01 behind 192.0.2.2:8472 claims 10.9.0.1, which 02:00:00:00:00:02 has by " +
                "configuration: give each station an address of its own",
            StationWarnings.line(new EngineEvent.DuplicateAddress(1, 7, address, MAC, REMOTE, OTHER, null)));
        assertEquals(
            "VNI 7: frames of 02:00:00:00:00:01 come from port trunk0.10 and from 192.0.2.2:8472: look for a loop, " +
                "or for two stations with this MAC address",
            StationWarnings.line(new EngineEvent.MacConflict(1, 7, MAC, PORT, REMOTE)));
        assertEquals(
            "VNI 7: 02:00:00:00:00:01 moves between port trunk0.10 and 192.0.2.2:8472 too often, and stays at the " +
                "first: look for a loop, or for two stations with this MAC address",
            StationWarnings.line(moved(FdbChange.PINNED)));
        assertEquals(
            "VNI 7: the flood limit dropped 9 frames (port-flood-limit): look for a loop or a storm",
            StationWarnings.line(new EngineEvent.FloodStorm(1, 7, DropReason.PORT_FLOOD_LIMIT, 9)));
    }

    @Test
    void shouldNotWriteWhatIsOrdinary()
    {
        assertNull(StationWarnings.line(moved(FdbChange.MOVED)));
        assertNull(StationWarnings.line(new EngineEvent.SegmentAdded(1, 7)));
    }

    private static EngineEvent moved(final FdbChange change)
    {
        return new EngineEvent.MacChanged(1, change, 7, MAC, FdbKind.LEARNED, PORT, REMOTE);
    }
}
