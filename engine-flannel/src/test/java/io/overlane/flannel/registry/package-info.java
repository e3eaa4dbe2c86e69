/** Tests of taking and following leases, over a registry in memory. */
package io.overlane.flannel.registry;
