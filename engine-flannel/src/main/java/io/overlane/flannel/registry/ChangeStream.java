// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

/** The changes of a registry from one revision on. For one thread, which may be interrupted while it waits. */
public interface ChangeStream extends AutoCloseable
{
    /**
     * Wait for changes, some seconds at most, and hand them over in order.
     *
     * @param listener of the caller's, called on this thread.
     * @throws io.overlane.flannel.lease.RegistryException when the stream broke; it is to be closed then.
     */
    void await(ChangeListener listener);

    /** @return the revision to go on from after what was handed over so far. */
    long nextRevision();

    @Override
    void close();
}
