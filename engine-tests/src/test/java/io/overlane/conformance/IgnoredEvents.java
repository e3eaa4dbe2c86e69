// SPDX-License-Identifier: Apache-2.0
package io.overlane.conformance;

import io.overlane.control.FdbChange;
import io.overlane.event.TableEvents;

/** For tests that only count. */
final class IgnoredEvents implements TableEvents.Handler
{
    @Override
    public void onFdbChange(
        final FdbChange change,
        final int vni,
        final long mac,
        final long word,
        final long high,
        final long low,
        final int udpPort)
    {
    }

    @Override
    public void onUnknownStation(final int vni, final long mac)
    {
    }

    @Override
    public void onUnknownNeighbor(final int vni, final long high, final long low)
    {
    }
}
