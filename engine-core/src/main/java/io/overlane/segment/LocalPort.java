// SPDX-License-Identifier: Apache-2.0
package io.overlane.segment;

import io.overlane.policy.SegmentContext;
import io.overlane.port.Port;

/**
 * A port of a segment, and the number it has in the FDB.
 *
 * @param port   where frames enter and leave.
 * @param number FDB entries of the stations behind the port have this number in the place of a remote's, or {@link
 *               #UNNUMBERED} while it is its segment's only port and no entry was configured for it.
 * @param ownMac MAC of the device behind the port, or {@link SegmentContext#NO_MAC}.
 */
public record LocalPort(Port port, int number, long ownMac)
{
    /** No FDB entry is for this port. */
    public static final int UNNUMBERED = -1;

    /** The same port with another number. */
    public LocalPort numbered(final int number)
    {
        return new LocalPort(port, number, ownMac);
    }
}
