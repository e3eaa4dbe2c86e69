// SPDX-License-Identifier: Apache-2.0
package io.overlane.live;

import io.overlane.testkit.InNamespace;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** A wire for each test, where the kernel can have a fast path; for tests to extend. */
@Tag("fast-path")
@InNamespace(ipv6 = true)
abstract class OnAWire
{
    Wire wire;

    @BeforeEach
    void open() throws IOException
    {
        wire = new Wire();
        Lane.requireFastPath();
    }

    @AfterEach
    void close() throws IOException
    {
        if (wire != null)
        {
            wire.close();
        }
    }
}
