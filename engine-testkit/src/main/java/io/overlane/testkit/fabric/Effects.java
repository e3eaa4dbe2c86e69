// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an engine did, or must do, with its input: the datagrams it sent, the frames its ports got, and the fates. */
final class Effects
{
    final List<Datagram> datagrams = new ArrayList<>();
    final List<Offer> offers = new ArrayList<>();
    final Fates fates = new Fates();

    /** A datagram that was sent; the bytes are not changed. */
    record Datagram(int to, byte[] bytes)
    {
    }

    /** A frame that a port got; the bytes are not changed. */
    record Offer(int vni, int port, byte[] bytes)
    {
    }

    void clear()
    {
        datagrams.clear();
        offers.clear();
        fates.clear();
    }

    /** Compare what was found with what was expected. The answer is the first difference, or null. */
    static @Nullable String difference(final Effects expected, final Effects found)
    {
        final String datagram = datagramDifference(expected.datagrams, found.datagrams);
        final String difference = datagram == null ? offerDifference(expected.offers, found.offers) : datagram;
        if (difference == null && expected.fates.isSameAs(found.fates))
        {
            return null;
        }
        return (difference == null ? "" : difference + "; ") +
            "fates: expected " + expected.fates + "; found " + found.fates;
    }

    /** The order of the copies of a flooded frame is not part of the contract, so datagrams may come in any order. */
    private static @Nullable String datagramDifference(final List<Datagram> expected, final List<Datagram> found)
    {
        if (isSame(expected, found))
        {
            return null;
        }
        final List<Datagram> missing = new ArrayList<>(expected);
        int hint = 0;
        for (final Datagram datagram : found)
        {
            final int index = find(missing, datagram, hint);
            if (index < 0)
            {
                return "a datagram to " + Endpoints.vtep(datagram.to) + " that the model does not expect: " +
                    StationFrames.describe(datagram.bytes, true);
            }
            missing.set(index, new Datagram(-1, datagram.bytes));
            hint = index + 1;
        }
        for (final Datagram datagram : missing)
        {
            if (datagram.to >= 0)
            {
                return "no datagram to " + Endpoints.vtep(datagram.to) + ": " +
                    StationFrames.describe(datagram.bytes, true);
            }
        }
        return null;
    }

    private static boolean isSame(final List<Datagram> expected, final List<Datagram> found)
    {
        boolean isSame = expected.size() == found.size();
        for (int i = 0; isSame && i < expected.size(); i++)
        {
            isSame = expected.get(i).to == found.get(i).to &&
                Arrays.equals(expected.get(i).bytes, found.get(i).bytes);
        }
        return isSame;
    }

    /** Mostly the datagrams come in the order of the model, so the search begins behind the last one. */
    private static int find(final List<Datagram> in, final Datagram wanted, final int hint)
    {
        for (int i = 0; i < in.size(); i++)
        {
            final int index = (hint + i) % in.size();
            final Datagram candidate = in.get(index);
            if (candidate.to == wanted.to && Arrays.equals(candidate.bytes, wanted.bytes))
            {
                return index;
            }
        }
        return -1;
    }

    /** Each port gets its frames in order. */
    private static @Nullable String offerDifference(final List<Offer> expected, final List<Offer> found)
    {
        final List<Offer> missing = new ArrayList<>(expected);
        for (final Offer offer : found)
        {
            int index = 0;
            while (index < missing.size() &&
                (missing.get(index).vni != offer.vni || missing.get(index).port != offer.port))
            {
                index++;
            }
            final String place = "port " + offer.port + " of VNI " + offer.vni;
            if (index == missing.size())
            {
                return place + " got a frame that the model does not expect: " +
                    StationFrames.describe(offer.bytes, false);
            }
            final Offer wanted = missing.remove(index);
            if (!Arrays.equals(wanted.bytes, offer.bytes))
            {
                return place + " got " + StationFrames.describe(offer.bytes, false) + ", expected " +
                    StationFrames.describe(wanted.bytes, false);
            }
        }
        return missing.isEmpty() ? null : "port " + missing.get(0).port + " of VNI " + missing.get(0).vni +
            " did not get " + StationFrames.describe(missing.get(0).bytes, false);
    }
}
