// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;

/** The outer addresses of the fabric: endpoint 0 is 10.0.0.1. Engines come first, then strangers without an engine. */
final class Endpoints
{
    static final int UDP_PORT = 4789;

    private static final int FIRST_ADDRESS = 0x0A00_0001;

    private Endpoints()
    {
    }

    static Vtep vtep(final int endpoint)
    {
        return new Vtep(IpAddress.ofV4(FIRST_ADDRESS + endpoint), UDP_PORT);
    }

    static int of(final Vtep vtep)
    {
        return vtep.address().v4() - FIRST_ADDRESS;
    }
}
