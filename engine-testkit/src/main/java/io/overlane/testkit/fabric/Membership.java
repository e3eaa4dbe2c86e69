// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import java.util.HashSet;
import java.util.Set;

/** An engine is a member of a network; it is one again after a new start. */
final class Membership
{
    final Network network;
    final int vni;
    int portCount;
    /** Number of the policy in the settings. */
    int policy;
    /** Members that are left out of the flood list for a while. */
    final Set<SimEngine> leftOut = new HashSet<>();
    SimPort[] ports = {};

    Membership(final Network network, final int vni, final int portCount, final int policy)
    {
        this.network = network;
        this.vni = vni;
        this.portCount = portCount;
        this.policy = policy;
    }
}
