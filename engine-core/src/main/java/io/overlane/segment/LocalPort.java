// SPDX-License-Identifier: Apache-2.0
package io.overlane.segment;

import io.overlane.policy.SegmentContext;
import io.overlane.port.Port;

/**
 * A port of a segment, and the number it has in the FDB.
 *
 * @param port   where frames enter and leave.
 * @param number what FDB entries of the stations behind it say in the place of a remote's number, or
 *               {@link #UNNUMBERED} while it is its segment's only port and nothing was configured to be behind it.
 * @param ownMac MAC of the device behind it, or {@link SegmentContext#NO_MAC}.
 */
public record LocalPort(Port port, int number, long ownMac)
{
    /** No FDB entry is for this port. */
    public static final int UNNUMBERED = -1;

    /**
     * @param number another number.
     * @return the same port with it.
     */
    public LocalPort numbered(final int number)
    {
        return new LocalPort(port, number, ownMac);
    }
}
