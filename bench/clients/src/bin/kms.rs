//! A function with KMS's client alone.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    clients::serve(clients::kms).await
}
