// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

/** The changes of a registry from one revision on. For one thread, which may be interrupted while it waits. */
public interface ChangeStream extends AutoCloseable
{
    /**
     * Wait for changes, at most some seconds, and report them in order.
     *
     * @param listener called on this thread.
     * @throws io.overlane.flannel.lease.RegistryException when the stream broke; the caller then closes it.
     */
    void await(ChangeListener listener);

    @Override
    void close();
}
