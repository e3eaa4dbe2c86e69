// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import java.io.IOException;

/**
 * Ports and sockets that a program opens for its node. A node that takes over from another one opens them when that one
 * has closed its own.
 */
public interface NodePorts
{
    /** No ports. */
    NodePorts NONE = new NodePorts()
    {
        @Override
        public void open()
        {
        }

        @Override
        public void close()
        {
        }
    };

    /**
     * Called by the thread that runs the node, once.
     *
     * @throws IOException if one cannot be opened; the node ends with it.
     */
    void open() throws IOException;

    /** Called by the same thread before another node takes over. */
    void close();
}
