// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import org.junit.jupiter.api.Tag;

/** The same over IPv6. */
@Tag("fast-path")
class XdpProgramIpv6Test extends XdpProgramTest
{
    @Override
    boolean isOverIpv6()
    {
        return true;
    }
}
