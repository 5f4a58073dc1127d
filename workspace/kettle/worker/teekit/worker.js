// The name by which published apps import it.
export * from "kettle/worker";
