// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import io.overlane.address.MacAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** The last events of the whole fabric, of which a disagreement shows those of its engine or station. */
final class History
{
    private static final int SIZE = 1 << 17;
    private static final int MASK = SIZE - 1;
    /** Events that a disagreement shows. */
    private static final int SHOWN = Integer.getInteger("overlane.fabric.events", 30);

    private final long[] timeNs = new long[SIZE];
    private final String[] what = new String[SIZE];
    private final int[] engine = new int[SIZE];
    private final int[] vni = new int[SIZE];
    private final long[] mac = new long[SIZE];
    private final long[] other = new long[SIZE];
    private int next;

    /** Note an event; {@code about} is a constant, and 0 or -1 stand for numbers that it has not. */
    void add(
        final long atNs, final String about, final int ofEngine, final int ofVni, final long ofMac, final long detail)
    {
        final int index = next++ & MASK;
        timeNs[index] = atNs;
        what[index] = about;
        engine[index] = ofEngine;
        vni[index] = ofVni;
        mac[index] = ofMac;
        other[index] = detail;
    }

    /** The last events of an engine, and of a station wherever it was. */
    List<String> of(final int ofEngine, final long ofMac)
    {
        final List<String> lines = new ArrayList<>();
        for (int i = 1; i <= SIZE && lines.size() < SHOWN; i++)
        {
            final int index = next - i & MASK;
            if (what[index] != null && (engine[index] == ofEngine || ofMac != 0 && mac[index] == ofMac))
            {
                lines.add(String.format(
                    Locale.ROOT, "%.9f s engine %d: %s%s%s%s", timeNs[index] / 1e9, engine[index], what[index],
                    vni[index] < 0 ? "" : " VNI " + vni[index],
                    mac[index] == 0 ? "" : " " + MacAddress.toString(mac[index]),
                    other[index] < 0 ? "" : " (" + other[index] + ")"));
            }
        }
        Collections.reverse(lines);
        return lines;
    }
}
